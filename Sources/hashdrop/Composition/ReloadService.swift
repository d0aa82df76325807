import Logging
import Pipeline
import ServiceLifecycle
import Settings
import Support
import Systemd
import UnixSignals

/// Reads the settings, the key, the jobs and the users again on SIGHUP: by an operator, or by a command that
/// changed the database.
struct ReloadService: Service {
    let pipeline: PipelineServices
    /// Nil where the settings are not from outside.
    let settings: SettingsReload?

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            ServiceManager.tell(.reloading)
            if let options = await settings?.reload() { pipeline.use(options) }
            pipeline.reload()
            ServiceManager.tell(.ready)
        }
    }
}

/// The settings that the daemon runs by, and how they are read again.
actor SettingsReload {
    /// Where they are read from, and what else they change.
    struct Sources: Sendable {
        var settings: @Sendable () async throws -> HashdropSettings
        var keys: KeySource
        /// The level from which events are logged.
        var threshold: Exchangeable<Logger.Level>
    }

    private var running: RunningSettings
    private let sources: Sources
    private let check: @Sendable (HashdropSettings) throws -> Void
    private let checkFolders: @Sendable (HashdropSettings) throws -> Void
    private let options: @Sendable (HashdropSettings) throws -> PipelineServices.Options
    private let logger: Logger

    /// - Parameters:
    ///   - current: the settings of the start.
    ///   - check: throws what the next start would refuse settings for.
    ///   - checkFolders: the same for the folders that they name, which may come back until then.
    ///   - options: the pipeline's options by settings.
    init(
        _ current: HashdropSettings, from sources: Sources,
        check: @escaping @Sendable (HashdropSettings) throws -> Void,
        checkFolders: @escaping @Sendable (HashdropSettings) throws -> Void,
        options: @escaping @Sendable (HashdropSettings) throws -> PipelineServices.Options, logger: Logger
    ) {
        running = RunningSettings(current)
        self.sources = sources
        self.check = check
        self.checkFolders = checkFolders
        self.options = options
        self.logger = logger
    }

    /// Reads the settings again, and the key from its file, and says in the log how they differ from those
    /// that the daemon runs by: what it takes over, and what takes effect only at the next start.
    ///
    /// - Returns: the pipeline's options, or nil if nothing of them changed or the next start would refuse
    ///   the settings: then all stay as they were.
    func reload() async -> PipelineServices.Options? {
        _ = sources.keys.generation()
        do {
            let new = try await sources.settings()
            tellOfFolders(new)
            guard let change = try running.reload(new, check: check, options: options) else { return nil }
            sources.threshold.value = Logger.Level(rawValue: running.current.log.level) ?? .info
            tell(change)
            return change.options
        } catch {
            logger.error(
                "The settings cannot be used, and the next start would refuse them; those of before stay.",
                metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func tellOfFolders(_ new: HashdropSettings) {
        do {
            try checkFolders(new)
        } catch {
            logger.warning(
                "By the folders as they are now, the next start would be refused.",
                metadata: ["reason": "\(error)"])
        }
    }

    private func tell(_ change: RunningSettings.Change<PipelineServices.Options>) {
        func metadata(_ names: [String]) -> Logger.Metadata {
            ["settings": "\(names.joined(separator: ", "))"]
        }
        if !change.taken.isEmpty {
            logger.notice("Settings changed.", metadata: metadata(change.taken))
        }
        if !change.restored.isEmpty {
            logger.notice(
                "Settings are again those that the daemon runs by.", metadata: metadata(change.restored))
        }
        if !change.left.isEmpty {
            logger.warning(
                "Settings changed that take effect at the next start only.", metadata: metadata(change.left))
        }
    }
}

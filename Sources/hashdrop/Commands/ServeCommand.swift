import ArgumentParser
import Foundation
import Glibc
import Logging
import Lookup
import ServiceLifecycle
import Settings
import Spool
import Store
import Support
import VirusTotal

/// `hashdrop serve`: the daemon, in the foreground.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the daemon: watch the drop folders, ask VirusTotal, write the reports.",
        discussion:
            "Runs until SIGTERM or Ctrl-C; what is in flight is finished and kept. The first 'hashdrop user "
            + "add' makes the spool that it serves.")

    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        // A dump of memory would hold the key, session cookies and lists.
        var noDump = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noDump)
        let settings = try await configurationOption.settings()
        let endpoint = try VirusTotalEndpoint(settings.virusTotal.endpoint)
        let keys = try KeySource(
            settings: settings.virusTotal, environment: ProcessInfo.processInfo.environment)
        let threshold = Exchangeable(Logger.Level(rawValue: settings.log.level) ?? .info)
        let logger = Self.logger(LogForm(setting: settings.log.format), threshold)
        try Self.requireSpool(settings.spool.directory)
        let services = try Services(
            settings: settings, endpointName: endpoint.description, isSimulated: endpoint.isLoopback,
            source: LookupSource(endpoint: endpoint, settings: settings.virusTotal, keys: keys),
            site: { try settings.sharedDatabase(endpoint: endpoint, key: { keys.key }, over: $0) },
            reload: .init(
                settings: { [configurationOption] in try await configurationOption.settings() }, keys: keys,
                threshold: threshold), logger: logger)
        let users = try services.database.users.all()
        logger.info(
            "Serving.",
            metadata: [
                "version": "\(Hashdrop.version)", "spool": "\(settings.spool.directory)",
                "reports": "\(settings.reports.directory)", "endpoint": "\(endpoint)",
                "users": "\(users.count)",
            ])
        for variable in SettingsLoader.unknownVariables(
            in: ProcessInfo.processInfo.environment, except: [KeySource.variable])
        {
            var metadata: Logger.Metadata = ["variable": "\(variable.name)"]
            if let nearest = variable.nearest { metadata["did-you-mean"] = "\(nearest)" }
            logger.warning("A variable is no setting and has no effect.", metadata: metadata)
        }
        for setting in settings.withoutEffect {
            logger.warning(
                "A setting has no effect without another one.",
                metadata: [
                    "setting": "\(setting.name)", "needs": "\(setting.needs.joined(separator: " or "))",
                ])
        }
        if users.isEmpty { Self.tellOfNoUser(settings, logger) }
        try Self.noteSharing(settings, keys.key, services.database.ledger, logger)
        for concern in keys.concerns { logger.warning("\(concern)") }
        if !keys.key.hasUsualForm {
            logger.warning("The API key does not have the usual form of 64 hexadecimal digits.")
        }
        try await services.run()
        logger.info("Stopped.")
    }

    /// A daemon that was one of several must not become one alone in silence: it would count the key's quota
    /// as its own.
    private static func noteSharing(
        _ settings: HashdropSettings, _ key: APIKey, _ ledger: QuotaLedger, _ logger: Logger
    ) throws {
        let mark = SharingMark(
            site: settings.sharedSiteName, key: Hex.string(HashdropSettings.sharedKeyHash(key)))
        guard settings.shared.database == nil else { return try ledger.noteSharing(mark) }
        guard let before = try ledger.sharing() else { return }
        // Another key is not the others'.
        guard before.key == mark.key else { return try ledger.noteSharing(nil) }
        logger.warning(
            "The key was shared with other sites; without shared.database it is not known what they spend.",
            metadata: [
                "site": "\(before.site)",
                "advice":
                    "set it again, take another key, or stop them and 'hashdrop shared migrate --to sqlite'",
            ])
    }

    /// A database without users is new, or is not the one that served the users whose folders are there.
    private static func tellOfNoUser(_ settings: HashdropSettings, _ logger: Logger) {
        let folders = SpoolFolder.userFolders(in: [settings.spool.directory, settings.reports.directory])
        guard !folders.isEmpty else {
            logger.notice("There is no user yet: 'hashdrop user add NAME' makes one.")
            return
        }
        logger.error(
            """
            The database has no user, but there are folders of users: stop hashdrop and copy a backup in its \
            place. Users that are added again start with the count of the quota at 0.
            """, metadata: ["folders": "\(SpoolFolder.namesInWords(folders))"])
    }

    /// Makes no new spool where a disk is not mounted: its jobs, verdicts and quota ledger would be missing,
    /// and files be picked up from under its mount point.
    private static func requireSpool(_ path: String) throws {
        var isFolder: ObjCBool = true
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        // What is no folder at all has a sentence of its own.
        guard !SpoolFolder.isSpool(path), !exists || isFolder.boolValue else { return }
        throw CommandFailure(
            .configuration,
            "There is no spool in '\(path)' (spool.directory; it lacks \(ClaimStore.privateFolderName)): "
                + "mount its disk, "
                + "or name another. 'hashdrop user add NAME' makes a new one.")
    }

    static func logger(_ form: LogForm, _ threshold: Exchangeable<Logger.Level>) -> Logger {
        LoggingSystem.bootstrap { _ in DaemonLogHandler(form: form, threshold: threshold) }
        return Logger(label: "hashdrop")
    }
}

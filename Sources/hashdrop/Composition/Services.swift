import CoreMetrics
import Curl
import Foundation
import HashLists
import Logging
import Lookup
import MetricNames
import Model
import Monitoring
import Notifications
import Pipeline
import Reporting
import ServiceLifecycle
import Settings
import SharedStore
import Spool
import Store
import Support
import UnixSignals
import VirusTotal
import Web

/// Composition of the daemon: the one place that knows which part talks to which.
struct Services: Sendable {
    private let group: ServiceGroup
    let database: HashdropDatabase
    // Held for as long as the daemon runs.
    private let lock: DaemonLock
    private let logger: Logger

    /// A short list's claim is released before the next one is made; longer ones are read meanwhile.
    private static let spareClaimsMax = 4

    /// Bytes of a database that is looked through before any work, which takes less than 0.1 s. After a run
    /// that ended in good order damage is so unlikely that work does not wait for the check of a larger one.
    private static let checkedFirstMax: Int64 = 64 << 20

    typealias SiteMaker = (HashdropDatabase) throws -> (any SharedSite)?

    /// Builds everything and starts nothing.
    ///
    /// - Parameters:
    ///   - endpointName: by which the database remembers where its verdicts are from.
    ///   - source: where verdicts come from.
    ///   - site: makes, over the daemon's own database, the connection to what several daemons share; nil if
    ///     this one is alone.
    ///   - reload: what SIGHUP reads again; nil for jobs and users alone.
    init(
        settings: HashdropSettings, endpointName: String, isSimulated: Bool, source: LookupSource,
        site: SiteMaker = { _ in nil }, reload: SettingsReload.Sources? = nil, logger: Logger
    ) throws {
        let registry = MetricsRegistry()
        // Every instrument counts into the factory of the moment at which it is made.
        self = try withMetricsFactory(registry) {
            try Services(
                settings: settings, endpointName: endpointName, isSimulated: isSimulated, source: source,
                site: site, reload: reload, registry: registry, logger: logger)
        }
    }

    private init(
        settings: HashdropSettings, endpointName: String, isSimulated: Bool, source: LookupSource,
        site makeSite: SiteMaker, reload: SettingsReload.Sources?, registry: MetricsRegistry, logger: Logger
    ) throws {
        self.logger = logger
        DaemonSignal.ignoreUntilServed()
        let runtime = ServiceRuntime()
        let paths = try StatePaths.prepare(settings)
        lock = try DaemonLock(path: paths.lock)
        database = try HashdropDatabase(path: paths.database, endpoint: endpointName)
        let checksFirst = try lock.earlierRunWasCut || database.byteCount() <= Self.checkedFirstMax
        if checksFirst { try database.verify() }
        let site = try makeSite(database)
        // Alone it would spend what the others count on.
        guard site != nil || settings.shared.database == nil else {
            throw SettingsError("shared.database is set, but there is no connection to it.")
        }
        let spool = try SpoolFolder(path: settings.spool.directory)
        try ReportsFolder.begin(at: settings.reports.directory, database: database)
        let pipelineOptions = { @Sendable (settings: HashdropSettings) in
            try settings.pipelineOptions(paths, isSimulated: isSimulated, version: Hashdrop.version)
        }
        let pipeline = try PipelineServices(
            pipelineOptions(settings), database: database, site: site, spool: spool,
            claims: try ClaimStore(
                spool: spool, rules: settings.readinessRules, sparesMax: Self.spareClaimsMax), source: source,
            watcher: WatcherProcess(
                helper: Self.helperPath, spool: settings.spool.directory, clock: runtime.clock),
            runtime: runtime, logger: logger)
        let checkFolders = { @Sendable [database] (settings: HashdropSettings) in
            try StatePaths.checkFolders(settings)
            try ReportsFolder(path: settings.reports.directory, database: database).verifyIfThere()
        }
        // Stopped in the other order: the page first.
        var services =
            pipeline.services + [
                ReloadService(
                    pipeline: pipeline,
                    settings: reload.map {
                        SettingsReload(
                            settings, from: $0, check: { try $0.checkStart() },
                            checkFolders: checkFolders, options: pipelineOptions, logger: logger)
                    }), SignalLogService(logger: logger),
            ]
        let notifications = try Self.notifications(
            settings, pipeline, database, runtime: runtime, logger: logger)
        pipeline.lookups.onWait { notifications.lookupsWait() }
        services.append(notifications)
        if !checksFirst { services.append(DamageCheckService(database: database)) }
        if let options = try settings.webOptions(isSimulated: isSimulated, version: Hashdrop.version) {
            services.append(
                try WebService(
                    options: options, database: database, reports: settings.reports.directory,
                    queries: Self.queries(pipeline, settings), clock: pipeline.clock, logger: logger))
        }
        if let options = try settings.monitoringOptions(version: Hashdrop.version) {
            let source = MonitoringSource(
                pipeline: pipeline, database: database, spool: spool, runtime: runtime)
            services.append(
                try MonitoringService(
                    options: options, registry: registry, queries: source.queries, clock: pipeline.clock,
                    logger: logger))
        }
        services.append(ServiceManagerService(pipeline: pipeline, clock: runtime.clock, logger: logger))
        group = ServiceGroup(
            configuration: .init(
                services: services.map {
                    // What fails takes the others with it, but lets them end in good order.
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    }

    /// Serves until a signal; throws what has ended a service.
    func run() async throws {
        try await group.run()
        do {
            // Some copy the file of a stopped daemon without the log beside it.
            try database.emptyLog()
        } catch {
            logger.notice("The database keeps a part of its log, which the next start goes on from: \(error)")
        }
        lock.noteGoodEnd()
    }

    /// Ends what serves, in good order.
    func stop() async { await group.triggerGracefulShutdown() }

    private static func notifications(
        _ settings: HashdropSettings, _ pipeline: PipelineServices, _ database: HashdropDatabase,
        runtime: ServiceRuntime, logger: Logger
    ) throws -> NotificationService {
        var runtime = runtime
        runtime.clock = pipeline.clock
        let curl = HashdropSettings.notificationCurl(environment: ProcessInfo.processInfo.environment)
        let results = LabelledCounter<NotificationResult>(.notifications)
        return try NotificationService(
            settings.notificationOptions(), database: database, curl: curl, runtime: runtime,
            logger: logger,
            trouble: { await Self.trouble(pipeline.lookups.health()) },
            onResult: { _, result in results.increment(result) })
    }

    /// What keeps all hashes from being asked, for those who can do something about it.
    private static func trouble(_ health: LookupHealth) -> LookupTrouble? {
        guard let reason = health.waitReason, health.needsAttention else { return nil }
        if health.isKeyRefused { return .key(reason) }
        if let period = health.usedUpPeriod, period != .minute { return .quota(period, reason) }
        return .other(reason)
    }

    private static func queries(
        _ pipeline: PipelineServices, _ settings: HashdropSettings
    ) -> DaemonQueries {
        let status = pipeline.reports.liveStatus
        let operations = OperationsSource(dispatcher: pipeline.lookups, status: status, settings: settings)
        return DaemonQueries(
            estimates: { await pipeline.lookups.estimates() }, operations: { await operations.view() },
            waiting: { status.waitingFiles })
    }

    /// `hashdrop-watch` lies beside the program, or where a package puts what is not for people to run.
    static var helperPath: String {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = URL(filePath: program ?? CommandLine.arguments[0]).deletingLastPathComponent()
        let paths = ["hashdrop-watch", "../libexec/hashdrop/hashdrop-watch"].map {
            folder.appending(path: $0).standardizedFileURL.path(percentEncoded: false)
        }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
    }
}

extension LookupSource {
    /// Asks an endpoint over libcurl.
    init(
        endpoint: VirusTotalEndpoint, settings: HashdropSettings.VirusTotal, keys: KeySource
    ) throws {
        var options = CurlOptions(environment: ProcessInfo.processInfo.environment)
        options.connectionsMax = settings.connections
        options.requestTimeout = settings.requestTimeout
        options.bodyBytesMax = settings.bodyBytesMax
        options.userAgent = VirusTotalClient.userAgent(version: Hashdrop.version)
        if let proxy = settings.proxy { options.proxy = proxy }
        if let file = settings.caFile { options.certificateFile = file }
        let curl = try CurlClient(options: options)
        let clock = SystemClock()
        let client = { @Sendable in
            VirusTotalClient(endpoint: endpoint, key: keys.key, curl: curl, clock: clock)
        }
        self.init(
            ask: { hash in
                do throws(VirusTotalError) {
                    return .success(try await client().file(hash))
                } catch {
                    return .failure(LookupFailure(error))
                }
            },
            keyGeneration: { keys.generation() }, keyAdvice: keys.advice)
        if let user = settings.user { quotas = { await Self.quotas(of: user, client()) } }
    }

    private static func quotas(
        of user: String, _ client: VirusTotalClient
    ) async -> Result<ReportedQuotas, LookupFailure> {
        do throws(VirusTotalError) {
            return .success(try await client.overallQuotas(user: user))
        } catch {
            return .failure(LookupFailure(error))
        }
    }
}

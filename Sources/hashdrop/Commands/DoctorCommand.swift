import ArgumentParser
import Curl
import Doctor
import Foundation
import Glibc
import Lookup
import Model
import Monitoring
import Notifications
import Pipeline
import PostgreSQL
import Settings
import SharedStore
import Spool
import Store
import Support
import VirusTotal
import Web

/// `hashdrop doctor`: looks whether everything that hashdrop stands on is well, and says what to do.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether folders, database, clock, network and key are well, and say what to do.",
        discussion: """
            Works beside a running daemon and without one, and leaves nothing behind. Ask as the account \
            that runs hashdrop: what another one may do is another matter. VirusTotal's quota is not touched \
            without --ask. Exits 0 if nothing failed, else 75; warnings do not count.
            """)

    @Flag(help: "As one JSON object: checks, each with check, subject, state, message and advice.")
    var json = false
    @Flag(help: "Send one request with the key, to see whether VirusTotal accepts it and what it counts.")
    var ask = false
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let settings = try await configurationOption.settings()
        let report = FindingReport(await Examination(try options(settings)).run())
        print(json ? try report.json() : report.text)
        if report.hasFailed { throw ExitCode(CommandFailure.Code.temporary.rawValue) }
    }

    private func options(_ settings: HashdropSettings) throws -> DoctorOptions {
        try settings.checkAddresses()
        let environment = ProcessInfo.processInfo.environment
        let paths = StatePaths(spool: settings.spool.directory)
        return DoctorOptions(
            spool: settings.spool.directory, privateFolder: paths.folder, database: paths.database,
            reports: settings.reports.directory, reportsMarker: ReportsFolder.markerName,
            poll: settings.spool.poll, quietPeriodWithoutLease: settings.spool.quietPeriodWithoutLease,
            helper: Services.helperPath, daemon: Self.daemon(paths),
            listeners: try Self.listeners(settings), channels: try Self.channels(settings),
            endpoint: try VirusTotalEndpoint(settings.virusTotal.endpoint),
            curl: Self.curl(settings.virusTotal, environment), environment: environment,
            key: Self.key(settings.virusTotal, environment), user: settings.virusTotal.user,
            limits: settings.lookupOptions.limits, shared: try Self.sharedQuestion(settings, paths),
            asks: ask,
            command: HashdropCall(configuration: configurationOption.path),
            tellDaemon: { try DaemonSignal.tellJobsChanged(paths) })
    }

    /// Nil for a daemon that shares nothing.
    private static func sharedQuestion(
        _ settings: HashdropSettings, _ paths: StatePaths
    ) throws -> SharedQuestion? {
        guard let client = try settings.sharedClient() else { return nil }
        let site = settings.sharedSiteName
        let limits = settings.lookupOptions.limits
        let daemon = DaemonStatusFile(path: paths.status).read()?.shared
        let trouble = daemon?.reason.map { SharedQuestion.Trouble(since: daemon?.awaySince, reason: $0) }
        return SharedQuestion(
            address: client.address.endpoint, site: site, passwordFile: settings.shared.passwordFile,
            trouble: trouble
        ) {
            let outlook = try await SharedOverview(client: client, site: site).outlook()
            await client.close()
            return SharedFacts(
                endpoint: outlook.endpoint, clockAhead: outlook.clockAhead, roundTrip: outlook.roundTrip,
                sites: outlook.sites, limits: limits,
                day: Quota(used: outlook.spending?.quota.today ?? 0, limit: limits.requestsPerDayLimit),
                month: Quota(
                    used: outlook.spending?.quota.thisMonth ?? 0, limit: limits.requestsPerMonthLimit),
                pause: outlook.spending?.pause)
        }
    }

    private static func listeners(_ settings: HashdropSettings) throws -> [Listener] {
        let page = try settings.webOptions(isSimulated: false, version: Hashdrop.version)
        let metrics = try settings.monitoringOptions(version: Hashdrop.version)
        let listeners: [Listener?] = [
            page.map {
                Listener(
                    .page, host: $0.address.host, port: $0.address.port, isWildcard: $0.address.isWildcard,
                    refusal: $0.complaint)
            },
            metrics.map {
                Listener(
                    .metrics, host: $0.host, port: $0.port,
                    isWildcard: settings.metrics.listen.flatMap { ListenAddress($0) }?.isWildcard ?? false,
                    refusal: $0.complaint)
            },
        ]
        return listeners.compactMap(\.self)
    }

    private static func channels(_ settings: HashdropSettings) throws -> [ChannelFacts] {
        let options = try settings.notificationOptions()
        let curl = HashdropSettings.notificationCurl(environment: ProcessInfo.processInfo.environment)
        return options.refusals(curl: curl, clock: SystemClock()).map {
            channel, refusal in
            let setting =
                switch channel {
                case .hook: "notify.hook"
                case .webhook: settings.notify.webhookFile == nil ? "notify.webhook" : "notify.webhookFile"
                case .mail: "notify.mailServer"
                }
            return ChannelFacts(
                channel, setting: setting, refusal: refusal,
                files: options.secretFiles(of: channel).map(SecretFileFacts.init(path:)))
        }
    }

    private static func daemon(_ paths: StatePaths) -> DaemonFacts {
        let isHeld = DaemonLock.isHeld(path: paths.lock)
        // In another container its number means nothing here, and it is nil.
        let process = isHeld ? try? DaemonLock.holder(path: paths.lock) : nil
        return DaemonFacts(
            isHeld: isHeld, isKnown: isHeld || DaemonLock.isKnownFree(path: paths.lock), processID: process,
            isStopped: process.map(DaemonLock.isStopped) ?? false)
    }

    /// As lookups are made, but for the patience.
    private static func curl(
        _ settings: HashdropSettings.VirusTotal, _ environment: [String: String]
    ) -> CurlOptions {
        var options = CurlOptions(environment: environment)
        options.requestTimeout = min(settings.requestTimeout, .seconds(15))
        options.bodyBytesMax = settings.bodyBytesMax
        options.userAgent = VirusTotalClient.userAgent(version: Hashdrop.version)
        if let proxy = settings.proxy { options.proxy = proxy }
        if let file = settings.caFile { options.certificateFile = file }
        return options
    }

    private static func key(
        _ settings: HashdropSettings.VirusTotal, _ environment: [String: String]
    ) -> KeyFacts {
        let place = place(settings, environment)
        do {
            let source = try KeySource(settings: settings, environment: environment)
            return KeyFacts(place: place, key: source.key, concerns: source.concerns)
        } catch {
            return KeyFacts(place: place, key: nil, problem: explanation(of: error))
        }
    }

    /// Where `KeySource` looks, in its order.
    private static func place(
        _ settings: HashdropSettings.VirusTotal, _ environment: [String: String]
    ) -> KeyFacts.Place {
        if environment[KeySource.variable] != nil { return .variable(KeySource.variable) }
        if let path = settings.apiKeyFile { return .file(path) }
        let credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(KeySource.credentialName)" }
        return credential.flatMap { FileManager.default.fileExists(atPath: $0) ? .credential($0) : nil }
            ?? .none
    }
}

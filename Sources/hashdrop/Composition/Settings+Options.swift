import HashLists
import Lookup
import Model
import Monitoring
import Notifications
import Pipeline
import Reporting
import Settings
import Spool
import Store
import Web

// Each part has options of its own and knows nothing of the configuration file.
extension HashdropSettings {
    var lookupOptions: LookupOptions {
        LookupOptions(
            limits: QuotaLimits(
                requestsPerMinuteLimit: virusTotal.requestsPerMinute,
                requestsPerDayLimit: virusTotal.requestsPerDay,
                requestsPerMonthLimit: virusTotal.requestsPerMonth),
            connectionsMax: virusTotal.connections, attemptsMax: virusTotal.attemptsMax)
    }

    /// Throws a `SettingsError` if two vendors' columns would have one name.
    func reportOptions(isSimulated: Bool, version: String) throws -> ReportOptions {
        if let column = ReportColumns(vendors: reports.vendors).collision {
            throw SettingsError(
                "The setting reports.vendors is '\(reports.vendors.joined(separator: ", "))', which makes "
                    + "two columns "
                    + "named '\(column)' in the CSV; leave one of them out.")
        }
        return ReportOptions(
            vendors: reports.vendors,
            policy: verdictPolicy, htmlRowsMax: reports.htmlRowsMax, isSimulated: isSimulated,
            version: version,
            refreshSeconds: max(1, Int(reports.partialEvery.components.seconds)),
            isCSVMarkedUTF8: reports.csvByteOrderMark, writesJSON: reports.json, writesSTIX: reports.stix,
            writesLists: reports.lists)
    }

    private var verdictPolicy: VerdictPolicy {
        VerdictPolicy(
            maliciousFrom: reports.maliciousFrom, suspiciousFrom: reports.suspiciousFrom,
            trustedVendors: verdict.trustedVendors, trustedFrom: verdict.trustedFrom,
            ignoredEngines: verdict.ignoredEngines,
            // The loader lets no other words through.
            engineWords: verdict.engineWords.compactMap { own in
                Model.Verdict(rawValue: own.word).map {
                    VerdictPolicy.EngineWord(engine: own.engine, word: $0)
                }
            })
    }

    /// Throws a `SettingsError` as `reportOptions` does.
    func pipelineOptions(
        _ paths: StatePaths, isSimulated: Bool, version: String
    ) throws -> PipelineServices.Options {
        PipelineServices.Options(
            reportsDirectory: reports.directory, statusFile: paths.status, lookups: lookupOptions,
            readiness: readinessRules, intake: intakeOptions,
            reports: try reportOptions(isSimulated: isSimulated, version: version),
            partialReportInterval: reports.partialEvery, keepJobs: jobs.keep, keepAnswers: cache.keep,
            sliceShare: try sliceShare())
    }

    var readinessRules: ReadinessStateMachine.Rules {
        var rules = ReadinessStateMachine.Rules()
        rules.quietPeriod = spool.quietPeriod
        rules.quietPeriodWithoutLease = spool.quietPeriodWithoutLease
        rules.folderLookPeriod = spool.folderLook
        rules.sizeBytesMax = Int64(list.bytesMax)
        rules.foldersDeepMax = spool.foldersDeepMax
        rules.emptyPeriod = spool.emptyPeriod
        rules.hardLinkGrace = spool.hardLinkGrace
        return rules
    }

    var cacheAges: CacheAges {
        let freshness = cache.freshness
        let byKind: [AnswerKind: Duration?] = [
            .unknown: freshness.unknown, .new: freshness.new, .suspicious: freshness.suspicious,
            .settledMalicious: freshness.settledMalicious, .settledClean: freshness.settledClean,
        ]
        return CacheAges(
            known: cache.maxAge, unknown: cache.unknownMaxAge, byKind: byKind.compactMapValues(\.self),
            newFor: freshness.newFor, maliciousFrom: reports.maliciousFrom)
    }

    var intakeOptions: IntakeOptions {
        IntakeOptions(
            safetyScan: spool.safetyScan, poll: spool.poll, waitingFilesMax: spool.waitingFilesMax,
            limits: HashListLimits(hashesMax: list.hashesMax, commentCharactersMax: list.commentMax),
            ages: cacheAges,
            userLimits: UserLimits(
                openHashesMax: jobs.openHashesPerUser, listsMax: jobs.perUser,
                reportBytesMax: Int64(jobs.reportBytesPerUser)),
            listOptions: Set(list.options.compactMap(JobOptions.Key.init(rawValue:))))
    }

    /// Throws a `SettingsError` for an address that cannot be one, or settings that do not go together.
    func checkAddresses() throws {
        _ = try sharedAddress()
        _ = try sliceShare()
        _ = try notificationOptions()
        _ = try monitoringOptions(version: Hashdrop.version)
        _ = try webOptions(isSimulated: false, version: Hashdrop.version)
    }

    /// Throws a `SettingsError` for what cannot be an address.
    func notificationOptions() throws -> NotificationOptions {
        var options = NotificationOptions(
            events: Set(notify.events.compactMap(NotificationEvent.init(rawValue:))),
            stuckAfter: notify.stuckAfter, pageURL: notify.pageURL, reportsDirectory: reports.directory)
        if !notify.hook.isEmpty {
            options.hook = .init(arguments: notify.hook, timeout: notify.hookTimeout)
        }
        options.webhook = try webhookAddress.map {
            .init(
                $0, format: .init(rawValue: notify.webhookFormat) ?? .json,
                secretFile: notify.webhookSecretFile)
        }
        if let page = notify.pageURL, !page.hasPrefix("https://"), !page.hasPrefix("http://") {
            throw SettingsError(
                "The setting notify.page is '\(page)'; it must be such as https://hashdrop.example.org.")
        }
        guard let server = notify.mailServer else { return options }
        guard let sender = notify.mailFrom.flatMap({ MailAddress($0) }) else {
            throw SettingsError(
                "The setting notify.mailFrom is '\(notify.mailFrom ?? "")'; with notify.mailServer it must "
                    + "be \(MailAddress.rule).")
        }
        options.mail = .init(
            server: server, sender: sender, user: notify.mailUser, passwordFile: notify.mailPasswordFile)
        return options
    }

    private var webhookAddress: NotificationOptions.Webhook.Address? {
        get throws {
            guard let file = notify.webhookFile else { return notify.webhook.map { .url($0) } }
            guard notify.webhook == nil else {
                throw SettingsError("notify.webhook and notify.webhookFile are set; set one of them.")
            }
            return .file(file)
        }
    }

    /// Nil for no metrics. Throws a `SettingsError` if the address is none.
    func monitoringOptions(version: String) throws -> MonitoringOptions? {
        guard let listen = metrics.listen else { return nil }
        guard let address = ListenAddress(listen) else {
            throw SettingsError(
                "The setting metrics.listen is '\(listen)'; it must be an address and a port such as "
                    + "127.0.0.1:9179 or [::1]:9179, or off.")
        }
        return MonitoringOptions(
            host: address.host, port: address.port, isLoopback: address.isLoopback,
            allowsOtherMachines: metrics.otherMachines, version: version)
    }

    /// Nil for no page.
    func webOptions(isSimulated: Bool, version: String) throws -> WebOptions? {
        guard let listen = web.listen else { return nil }
        guard let address = ListenAddress(listen) else {
            throw SettingsError(
                "The setting web.listen is '\(listen)'; it must be an address and a port such as "
                    + "127.0.0.1:8080 or [::1]:8080, or off.")
        }
        return WebOptions(
            address: address, publicHosts: web.publicHosts,
            trustedProxies: web.trustedProxies,
            sessions: SessionLimits(lifetime: web.sessionLifetime, idle: web.sessionIdle),
            connections: ConnectionLimits(connectionsMax: web.connections), version: version,
            isSimulated: isSimulated,
            refreshSeconds: max(1, Int(reports.partialEvery.components.seconds)),
            reports: .current)
    }
}

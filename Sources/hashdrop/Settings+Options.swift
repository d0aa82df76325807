import HashLists
import Lookup
import Model
import Pipeline
import Reporting
import Settings
import Spool
import Store

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

    func reportOptions(isSimulated: Bool, version: String) -> ReportOptions {
        ReportOptions(
            vendors: reports.vendors,
            thresholds: VerdictThresholds(
                maliciousFrom: reports.maliciousFrom, suspiciousFrom: reports.suspiciousFrom),
            htmlRowsMax: reports.htmlRowsMax, isSimulated: isSimulated, version: version,
            refreshSeconds: max(1, Int(reports.partialEvery.components.seconds)))
    }

    var readinessRules: ReadinessStateMachine.Rules {
        var rules = ReadinessStateMachine.Rules()
        rules.quietPeriod = spool.quietPeriod
        rules.sizeBytesMax = Int64(list.bytesMax)
        return rules
    }

    var intakeOptions: IntakeOptions {
        IntakeOptions(
            safetyScan: spool.safetyScan, poll: spool.poll, waitingFilesMax: spool.waitingFilesMax,
            limits: HashListLimits(hashesMax: list.hashesMax),
            ages: CacheAges(known: cache.maxAge, unknown: cache.unknownMaxAge))
    }
}

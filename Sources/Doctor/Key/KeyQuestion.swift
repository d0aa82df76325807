import Curl
import Foundation
import Lookup
import Model
import Reporting
import Store
import Support
import VirusTotal

/// The one request that tells whether VirusTotal accepts the key, and what it counts of the quota.
///
/// It is in the ledger before it is sent, and is not sent while the ledger says that the quota is used up.
struct KeyQuestion {
    let database: HashdropDatabase
    let client: VirusTotalClient
    /// The account's name; without one, a file is asked for.
    let user: String?
    let limits: QuotaLimits
    let runtime: ServiceRuntime
    /// Lets a running daemon read the ledger again, so that it counts the request too.
    let tellDaemon: @Sendable () throws -> Void

    /// The EICAR test file, which VirusTotal knows: https://www.eicar.org/download-anti-malware-testfile/
    static let wellKnownFile = FileHash(
        hexadecimal: Array("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f".utf8))!

    private var subject: String { client.endpoint.baseURL }

    /// Throws what the database or the daemon refuses.
    func run() async throws -> [Finding] {
        let clock = try database.ledger.steadyClock(over: runtime.clock)
        let ledger = database.ledger
        try ledger.goOn(at: clock.now, bootID: clock.bootID)
        let now = clock.now
        var limiter = RateLimiter(limits: limits, spending: try ledger.spending(at: now), now: now)
        if case .wait(let wait, let period) = limiter.decide(at: now) {
            return [Self.refusal(period, wait, subject)]
        }
        if let user { return try await askForQuotas(of: user, ledger, clock) }
        return try await askForFile(ledger, clock)
    }

    private func askForQuotas(
        of user: String, _ ledger: QuotaLedger, _ clock: SteadyClock
    ) async throws -> [Finding] {
        let number = try ledger.beginCheck(at: clock.now.wall)
        let outcome: Result<ReportedQuotas, VirusTotalError>
        do {
            try tellDaemon()
            outcome = await Self.result { () throws(VirusTotalError) in
                try await client.overallQuotas(user: user)
            }
        } catch {
            try ledger.endCheck(number, at: clock.now)
            throw error
        }
        try ledger.endCheck(number, at: clock.now)
        switch outcome {
        case .success(let quotas):
            try tellDaemon()
            return Self.findings(quotas, limits, subject)
        // The daemon has counted it; another word would make it ask by the same key once more.
        case .failure(let error): return [Self.finding(error, subject)]
        }
    }

    private func askForFile(_ ledger: QuotaLedger, _ clock: SteadyClock) async throws -> [Finding] {
        let number = try ledger.begin(Self.wellKnownFile, at: clock.now.wall)
        let outcome: Result<LookupAnswer.Answer, VirusTotalError>
        do {
            try tellDaemon()
            outcome = await Self.result { () throws(VirusTotalError) in
                try await client.file(Self.wellKnownFile)
            }
        } catch {
            // Nothing has left.
            try ledger.withdraw(number)
            throw error
        }
        switch outcome {
        case .success: try ledger.end(number, outcome: QuotaLedger.goodOutcome, at: clock.now)
        case .failure(let error) where error.isBeforeSending: try ledger.withdraw(number)
        case .failure(let error):
            try ledger.end(number, outcome: LookupFailure(error).outcome, at: clock.now)
        }
        try tellDaemon()
        switch outcome {
        case .success: return Self.acceptedWithoutFigures(subject)
        case .failure(let error): return [Self.finding(error, subject)]
        }
    }

    private static func result<Value>(
        _ ask: () async throws(VirusTotalError) -> Value
    ) async -> Result<Value, VirusTotalError> {
        do throws(VirusTotalError) { return .success(try await ask()) } catch { return .failure(error) }
    }
}

/// What VirusTotal's answer means. Pure.
extension KeyQuestion {
    static func refusal(_ period: QuotaPeriod, _ wait: Duration, _ subject: String) -> Finding {
        .warning(
            .quota, subject, "not asked: by the ledger the quota of this \(period.rawValue) is used up",
            advice: "Ask again in \(Wording.duration(wait.seconds.rounded(.up)))")
    }

    static func acceptedWithoutFigures(_ subject: String) -> [Finding] {
        [
            .ok(.keyAccepted, subject, "VirusTotal accepts the key"),
            .ok(.quota, subject, "its figures are shown where virustotal.user is set"),
        ]
    }

    static func findings(_ quotas: ReportedQuotas, _ limits: QuotaLimits, _ subject: String) -> [Finding] {
        [.ok(.keyAccepted, subject, "VirusTotal accepts the key")]
            + [
                finding(
                    quotas.day, .day, limits.requestsPerDayLimit, "virustotal.requestsPerDay", subject),
                finding(
                    quotas.month, .month, limits.requestsPerMonthLimit, "virustotal.requestsPerMonth",
                    subject),
            ].compactMap(\.self)
    }

    private static func finding(
        _ quota: Quota?, _ period: QuotaPeriod, _ limit: Int, _ setting: String, _ subject: String
    ) -> Finding? {
        guard let quota else { return nil }
        let count = "\(Wording.number(quota.used)) of \(Wording.number(quota.limit))"
        let message = "VirusTotal counts \(count) \(period == .day ? "today" : "this month")"
        if quota.left == 0 {
            return .warning(
                .quota, subject, "\(message): used up",
                advice: "Wait for the next \(period.rawValue) (UTC); hashdrop goes on by itself")
        }
        if limit == 0 || limit > quota.limit {
            return .warning(
                .quota, subject, "\(message), which is less than \(setting) says",
                advice: "Set \(setting) to \(quota.limit)")
        }
        return .ok(.quota, subject, message)
    }

    static func finding(_ error: VirusTotalError, _ subject: String) -> Finding {
        let advice = "See the findings before this one"
        switch error {
        case .authenticationRequired, .userNotActive, .wrongCredentials, .forbidden:
            return .explained(.keyAccepted, subject, .failed, error.explanation, advice: advice)
        case .quotaExceeded, .tooManyRequests:
            return .explained(.quota, subject, .warning, error.explanation, advice: advice)
        case .invalidArgument, .noSuchResource, .badRequest:
            return .explained(.keyAccepted, subject, .failed, error.explanation, advice: advice)
        default: return .explained(.keyAccepted, subject, .warning, error.explanation, advice: advice)
        }
    }
}

import Curl
import Foundation
import Lookup
import Model
import Support
import Synchronization
import TestSupport
import VirusTotal

/// VirusTotal for a year: answers about numbered files, outages, and an account of what it was asked, small
/// enough not to count in the memory that is measured.
final class YearVirusTotal: Sendable {
    enum Fault: Hashable, Sendable {
        case unreachable
        case serverError
    }

    private struct State {
        var account: YearQuotaAccount
        var fault: Fault?
        var inFlight = 0
        /// Which daemon lives: of a dead one nothing comes any more.
        var life = 0
        /// When each known file was last answered, and each hash that is unknown.
        var known: [Int: Date] = [:]
        var unknown: [FileHash: Date] = [:]
    }

    private let clock: ManualClock
    private let state: Mutex<State>

    /// The same for all: the answers of one minute's requests arrive together and are reported once, or the
    /// reports would take most of the test's time.
    private static let latency: Duration = .milliseconds(800)

    init(limits: QuotaLimits, clock: ManualClock) {
        self.clock = clock
        state = Mutex(State(account: YearQuotaAccount(limits: limits)))
    }

    var account: YearQuotaAccount { state.withLock(\.account) }
    var inFlight: Int { state.withLock(\.inFlight) }

    /// Its end with nil.
    func set(_ fault: Fault?) { state.withLock { $0.fault = fault } }

    /// The daemon was killed, or has ended.
    func lose() {
        state.withLock { state in
            state.life += 1
            state.inFlight = 0
        }
    }

    /// How many files and hashes were answered last at `date` or later.
    func answers(since date: Date) -> (files: Int, hashes: Int) {
        state.withLock { state in
            let files = state.known.values.count { $0 >= date }
            return (files, files * FileHash.Kind.allCases.count + state.unknown.values.count { $0 >= date })
        }
    }

    /// Forgets requests of before `date`, which the ledger no longer has either.
    func forgetRequests(before date: Date) { state.withLock { $0.account.forget(before: date) } }

    // MARK: What the daemon asks

    func source() -> LookupSource {
        let life = state.withLock(\.life)
        return LookupSource(ask: { await self.ask($0, life) })
    }

    private func ask(_ hash: FileHash, _ life: Int) async -> Result<LookupAnswer.Answer, LookupFailure> {
        let number = state.withLock { state -> Int? in
            guard state.life == life else { return nil }
            state.inFlight += 1
            return state.account.send(at: clock.trueTime)
        }
        guard let number else { return Self.failure(.unreachable) }
        try? await clock.sleep(for: Self.latency / 2)
        let fault = state.withLock { state -> Fault? in
            guard state.life == life else { return .unreachable }
            if state.fault == .unreachable {
                state.account.withdraw(number)
            } else {
                state.account.count(at: clock.passed, clock.trueTime)
            }
            return state.fault
        }
        try? await clock.sleep(for: Self.latency / 2)
        return state.withLock { state in
            guard state.life == life else { return Self.failure(.unreachable) }
            state.inFlight -= 1
            if let fault { return Self.failure(fault) }
            return .success(answer(to: hash, &state))
        }
    }

    private func answer(to hash: FileHash, _ state: inout State) -> LookupAnswer.Answer {
        let number = Self.number(of: hash)
        guard !Self.isUnknown(number) else {
            state.unknown[hash] = clock.trueTime
            return .unknown
        }
        state.known[number] = clock.trueTime
        return .known(Self.file(number))
    }

    private static func failure(_ fault: Fault) -> Result<LookupAnswer.Answer, LookupFailure> {
        let error: VirusTotalError =
            switch fault {
            case .unreachable: .transport(CurlError(.couldNotConnect, "connection refused"))
            case .serverError: .serverError(status: 503)
            }
        return .failure(LookupFailure(error))
    }

    // MARK: The files

    /// One in six.
    private static func isUnknown(_ number: Int) -> Bool { number % 6 == 0 }

    /// As large as VirusTotal's answers are: with some seventy engines.
    private static func file(_ number: Int) -> FileObject {
        var file = FileObject(
            md5: Samples.hash(number, .md5), sha1: Samples.hash(number, .sha1),
            sha256: Samples.hash(number))
        file.engines = findings[number % findings.count]
        file.lastAnalysisDate = Samples.now
        file.firstSubmissionDate = Samples.now
        file.meaningfulName = "sample-\(number).exe"
        file.typeDescription = "Win32 EXE"
        file.sizeBytes = Int64(number) * 100
        file.threatLabel = "trojan.sample/agent"
        return file
    }

    private static let findings: [EngineFindings] = [0, 0, 0, 1, 4, 30].map { detections in
        var findings: [String: EngineFinding] = [:]
        for engine in 0..<70 {
            findings["Engine-number-\(engine)"] =
                engine < detections
                ? EngineFinding(category: .malicious, result: "Trojan.Win32.Sample.\(engine)!tr")
                : EngineFinding(category: .undetected)
        }
        return EngineFindings(findings)
    }

    /// Which of `Samples`' files a hash names: its first eight bytes are the number, spread by a factor.
    private static func number(of hash: FileHash) -> Int {
        let word = hash.withBytes { bytes in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        }
        return Int(truncatingIfNeeded: (word &- UInt64(hash.kind.rawValue)) &* inverse) - 1
    }

    /// Of that factor modulo 2⁶⁴, by Newton's method, each step of which doubles the bits that are right.
    private static let inverse: UInt64 = {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        var inverse = factor
        for _ in 0..<6 { inverse = inverse &* (2 &- factor &* inverse) }
        return inverse
    }()
}

/// What VirusTotal has counted, in true time, and what was sent.
struct YearQuotaAccount: Sendable {
    private let limits: QuotaLimits
    /// When the last requests of one more than a minute's were counted.
    private var latest: [Duration] = []
    private var day = (number: 0, requests: 0)
    private var month = (start: CivilDate(daysSince1970: 0), requests: 0)
    /// When the requests of the last weeks were sent; nil for one that never left the machine.
    private var sent: [Date?] = []
    private var forgotten = 0
    /// All that were counted.
    private(set) var requests = 0
    private(set) var busiestDay = 0
    /// Breaches of the limits, the first of them.
    private(set) var complaints: [String] = []

    init(limits: QuotaLimits) { self.limits = limits }

    func left(on date: Date) -> Int {
        let today = day.number == date.daysSince1970 ? day.requests : 0
        let thisMonth = month.start == CivilDate(date).monthStart ? month.requests : 0
        return min(limits.requestsPerDayLimit - today, limits.requestsPerMonthLimit - thisMonth)
    }

    /// Those sent at `date` or later.
    func sent(since date: Date) -> Int { sent.count { $0.map { $0 >= date } ?? false } }

    /// Returns the request's number, for `withdraw`.
    mutating func send(at date: Date) -> Int {
        sent.append(date)
        return forgotten + sent.count - 1
    }

    mutating func withdraw(_ number: Int) { sent[number - forgotten] = nil }

    mutating func forget(before date: Date) {
        let count = sent.prefix { $0.map { $0 < date } ?? true }.count
        sent.removeFirst(count)
        forgotten += count
    }

    mutating func count(at now: Duration, _ date: Date) {
        requests += 1
        latest.append(now)
        if latest.count > limits.requestsPerMinuteLimit + 1 { latest.removeFirst() }
        if latest.count > limits.requestsPerMinuteLimit, now - latest[0] < .seconds(60) {
            complain("\(latest.count) requests within \(now - latest[0])")
        }
        if day.number != date.daysSince1970 { day = (date.daysSince1970, 0) }
        let start = CivilDate(date).monthStart
        if month.start != start { month = (start, 0) }
        day.requests += 1
        month.requests += 1
        busiestDay = max(busiestDay, day.requests)
        if day.requests > limits.requestsPerDayLimit { complain("\(day.requests) requests on \(date)'s day") }
        if month.requests > limits.requestsPerMonthLimit {
            complain("\(month.requests) requests in \(date)'s month")
        }
    }

    private mutating func complain(_ sentence: String) {
        if complaints.count < 5 { complaints.append(sentence) }
    }
}

import Curl
import Foundation
import Lookup
import Model
import Store
import Support
import Synchronization
import TestSupport
import VirusTotal

/// VirusTotal as the simulation scripts it, with a journal of what it was asked.
final class ScriptedVirusTotal: Sendable {
    enum Fault: Hashable, Sendable {
        case tooManyRequests(retryAfter: Duration?)
        case wrongKey
        case serverError
        case timeout
        case unreadable
        case wrongIdentity
        case unreachable
    }

    private struct State {
        var generator: SeededGenerator
        var journal: RequestJournal
        var fault: Fault?
        /// So many of a hundred requests meet the fault.
        var faultPercent = 100
        var keyGeneration = 0
        var complaints: [String] = []
        /// By which the daemon dates what it hears; nil before its first start.
        var believed: (any ServiceClock)?
        /// Which daemon lives: of a dead one nothing comes any more.
        var life = 0
    }

    let catalogue: Catalogue
    private let clock: ManualClock
    private let inspector: Inspector
    private let trace: Trace
    private let latencyMax: Duration
    private let ages: CacheAges
    private let limits: QuotaLimits
    private let state: Mutex<State>

    init(
        _ scenario: Scenario, clock: ManualClock, inspector: Inspector, trace: Trace,
        using generator: inout SeededGenerator
    ) {
        catalogue = Catalogue(using: &generator)
        self.clock = clock
        self.inspector = inspector
        self.trace = trace
        latencyMax = scenario.latencyMax
        ages = scenario.ages
        limits = scenario.limits
        state = Mutex(
            State(
                generator: SeededGenerator(seed: generator.next()),
                journal: RequestJournal(limits: scenario.limits)))
    }

    var journal: RequestJournal { state.withLock(\.journal) }
    var fault: Fault? { state.withLock(\.fault) }

    /// What should not have been asked.
    var complaints: [String] { state.withLock { $0.complaints + $0.journal.complaints } }

    /// The clock by which the daemon dates what it hears.
    func believe(_ clock: (any ServiceClock)?) { state.withLock { $0.believed = clock } }

    func begin(_ fault: Fault, percent: Int) {
        state.withLock { state in
            state.fault = fault
            state.faultPercent = percent
        }
    }

    /// The end of a fault. A wrong key is right only as another one.
    func endFault() {
        state.withLock { state in
            if state.fault == .wrongKey { state.keyGeneration += 1 }
            state.fault = nil
        }
    }

    /// Whether the daemon has heard of an end that it may not have recorded.
    var hasUnsettled: Bool { state.withLock(\.journal.hasUnsettled) }

    /// The daemon has recorded all that has ended.
    func settle() { state.withLock { $0.journal.settle() } }

    /// The daemon was killed: of the requests on their way some have been counted, and no answer arrives.
    func lose() {
        state.withLock { state in
            state.life += 1
            for number in state.journal.lose() where state.generator.once(in: 2) {
                count(number, &state)
            }
        }
    }

    // MARK: What the daemon asks

    func source(tellsQuotas: Bool) -> LookupSource {
        let life = state.withLock(\.life)
        var source = LookupSource(
            ask: { await self.ask($0, life) }, keyGeneration: { self.state.withLock(\.keyGeneration) },
            keyAdvice: "Give it another one.")
        if tellsQuotas { source.quotas = { await self.quotas(life) } }
        return source
    }

    private func ask(_ hash: FileHash, _ life: Int) async -> Result<LookupAnswer.Answer, LookupFailure> {
        guard state.withLock(\.life) == life else { return Self.neverSent }
        let sentAt = clock.passed
        let objection = objection(to: hash)
        let (number, there, back) = state.withLock { state in
            if let objection { state.complaints.append(objection) }
            let latency = state.generator.duration(.milliseconds(20), latencyMax)
            let there = latency * state.generator.fraction()
            let number = state.journal.send(hash, at: sentAt)
            return (number, there, latency - there)
        }
        try? await clock.sleep(for: there)
        let fault = arrive(number)
        // libcurl gives up after 30 s.
        try? await clock.sleep(for: fault == .timeout ? .seconds(30) : back)
        let (endedAt, wall) = (clock.passed, (state.withLock(\.believed) ?? clock).now.wall)
        let result = result(of: hash, fault)
        let isHeard = state.withLock { state in
            let answer = try? result.get()
            return state.journal.end(number, at: endedAt, answer: answer.map { ($0, at: wall) })
        }
        if isHeard { trace.note("    request \(number) for \(hash) ends: \(Self.word(for: result))") }
        return result
    }

    /// What a dead daemon's tasks get, which are resumed once more to end.
    private static let neverSent = Result<LookupAnswer.Answer, LookupFailure>.failure(
        LookupFailure(VirusTotalError.transport(CurlError(.couldNotConnect, "the daemon is dead"))))

    private static func word(for result: Result<LookupAnswer.Answer, LookupFailure>) -> String {
        switch result {
        case .success(.known): "known"
        case .success(.unknown): "unknown"
        case .failure(let failure): failure.outcome
        }
    }

    /// A request has reached VirusTotal, or the place where it fails.
    private func arrive(_ number: Int) -> Fault? {
        return state.withLock { state in
            var fault = state.fault
            if fault != nil, state.generator.below(100) >= state.faultPercent { fault = nil }
            // It arrived before the machine fell asleep; only its answer may be missing now.
            let hasArrived = state.journal.entries[number].hasArrived
            state.journal.arrive(number)
            if hasArrived {
                return fault == .unreachable ? .timeout : fault
            }
            if fault != .unreachable, state.journal.entries[number].isInFlight { count(number, &state) }
            return fault
        }
    }

    /// The machine falls asleep for long: what is on its way arrives before that or never, for no connection
    /// waits so long.
    func machineSleeps() {
        state.withLock { state in
            for number in state.journal.entries.indices {
                let entry = state.journal.entries[number]
                guard entry.isInFlight, !entry.hasArrived else { continue }
                state.journal.arrive(number)
                count(number, &state)
            }
        }
    }

    private func count(_ number: Int?, _ state: inout State) {
        state.journal.count(number, at: clock.passed, clock.trueTime)
    }

    private func result(of hash: FileHash, _ fault: Fault?) -> Result<LookupAnswer.Answer, LookupFailure> {
        let error: VirusTotalError
        switch fault {
        case nil:
            if let answer = catalogue.answer(to: hash) { return .success(answer) }
            error = .unreadableAnswer(status: 200, why: "it ends in the middle")
        case .tooManyRequests(let retryAfter): error = .quotaExceeded(retryAfter: retryAfter)
        case .wrongKey: error = .wrongCredentials
        case .serverError: error = .serverError(status: 500)
        case .timeout: error = .transport(CurlError(.timedOut, "no answer within 30 s"))
        case .unreadable: error = .unreadableAnswer(status: 200, why: "it is a portal's page")
        case .wrongIdentity: error = .wrongIdentity(asked: hash, got: Samples.hash(9_999, hash.kind))
        case .unreachable: error = .transport(CurlError(.couldNotConnect, "connection refused"))
        }
        return .failure(LookupFailure(error))
    }

    private func quotas(_ life: Int) async -> Result<ReportedQuotas, LookupFailure> {
        guard state.withLock(\.life) == life else {
            return .failure(LookupFailure(VirusTotalError.serverError(status: 500)))
        }
        try? await clock.sleep(for: .milliseconds(100))
        let date = clock.trueTime
        return state.withLock { state in
            if let fault = state.fault, fault != .timeout {
                let error: VirusTotalError =
                    fault == .wrongKey ? .wrongCredentials : .serverError(status: 500)
                return .failure(LookupFailure(error))
            }
            count(nil, &state)
            return .success(
                ReportedQuotas(
                    day: Quota(used: state.journal.counted(day: date), limit: limits.requestsPerDayLimit),
                    month: Quota(
                        used: state.journal.counted(month: date), limit: limits.requestsPerMonthLimit)))
        }
    }

    /// Why this hash should not be asked now, if there is a reason.
    private func objection(to hash: FileHash) -> String? {
        do {
            let open = try inspector.requestsNotEnded(hash)
            guard open == 1 else { return "\(hash) is asked with \(open) open requests in the ledger, not 1" }
            guard let last = journal.lastAnswer(to: hash) else { return nil }
            let age =
                if case .known(let file) = last.answer, file.opinionCount > 0 { ages.known } else {
                    ages.unknown
                }
            // It was fresh for every list that names it, when that came in.
            let isNeeded = try inspector.receptions(ofListsWith: hash).contains { $0 - age.seconds > last.at }
            return isNeeded ? nil : "\(hash) is asked although its answer of \(last.at) is fresh"
        } catch {
            return "the database cannot be looked at: \(error)"
        }
    }
}

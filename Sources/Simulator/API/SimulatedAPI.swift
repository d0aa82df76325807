import Foundation
import Logging
import Model
import Support
import Synchronization

/// Simulated API without HTTP: checks keys, counts quotas, applies faults and keeps the journal.
///
/// One lock holds everything that changes, so that the journal's order is the order of the decisions. Nothing
/// is sent and no file object is written under it.
final class SimulatedAPI: Sendable {
    private struct State {
        var counters: [String: QuotaCounter]
        var catalogue = FileCatalogue()
        var faults = FaultPlan()
        var journal: RequestJournal
        var generator: SeededGenerator
        var latency: Duration
        var journalFileHasFailed = false
        var world = WorldScript()

        /// Does to the catalogue what has come of the world's changes.
        mutating func changeWorld(at now: Date) {
            for (moment, change) in world.takeDue(at: now) { catalogue.apply(change, at: moment) }
        }
    }

    private let options: SimulatorOptions
    private let userByKey: [String: String]
    private let journalFile: JournalFile?
    private let logger: Logger
    private let state: Mutex<State>

    /// Throws `SimulatorError` where the accounts clash or the journal's file cannot be opened.
    init(_ options: SimulatorOptions, logger: Logger) throws {
        let keys = Set(options.accounts.map(\.key))
        let users = Set(options.accounts.map(\.userName))
        guard keys.count == options.accounts.count, users.count == options.accounts.count,
            !keys.contains(""), !users.contains("")
        else { throw SimulatorError.accounts }
        self.options = options
        self.logger = logger
        userByKey = Dictionary(uniqueKeysWithValues: options.accounts.map { ($0.key, $0.userName) })
        journalFile = try options.journalFile.map { try JournalFile(path: $0) }
        let counters = options.accounts.map {
            ($0.userName, QuotaCounter(limits: $0.limits, window: options.minuteWindow))
        }
        state = Mutex(
            State(
                counters: Dictionary(uniqueKeysWithValues: counters),
                journal: RequestJournal(entriesMax: options.journalEntriesMax),
                generator: SeededGenerator(seed: options.seed),
                latency: options.latency))
        for change in options.world { self.change(change) }
    }

    /// The answer to a request below `/api/v3`, already noted in the journal.
    func answer(to request: APIRequest) -> APIAnswer {
        let route = APIRoute(method: request.method, path: request.path)
        return state.withLock { state in
            let now = options.clock.now.wall
            state.changeWorld(at: now)
            let user = request.key.flatMap { userByKey[$0] }
            var answer: APIAnswer
            if let user {
                answer = decide(route, request, user: user, now: now, &state)
            } else {
                answer = unauthorized(request.key)
            }
            answer.traceID = Self.traceID(&state.generator)
            answer.latency = latency(&state)
            note(answer, request: request, route: route, user: user, now: now, &state)
            return answer
        }
    }

    func register(_ file: SimulatedFile) { state.withLock { $0.catalogue.register(file) } }
    func file(named hash: FileHash) -> SimulatedFile {
        state.withLock { state in
            state.changeWorld(at: options.clock.now.wall)
            return state.catalogue.file(named: hash)
        }
    }

    func change(_ change: WorldChange) {
        state.withLock { state in
            let now = options.clock.now.wall
            state.world.add(change, at: now)
            // Before another change is given for the same file.
            state.changeWorld(at: now)
        }
    }

    func addFault(_ rule: FaultRule) -> Int { state.withLock { $0.faults.add(rule) } }
    func removeFault(_ id: Int) { state.withLock { $0.faults.remove(id) } }
    func removeAllFaults() { state.withLock { $0.faults.removeAll() } }
    var faults: [FaultRule] { state.withLock { $0.faults.all } }

    var journal: RequestJournal { state.withLock { $0.journal } }
    func clearJournal() { state.withLock { $0.journal.removeAll() } }

    func setLatency(_ latency: Duration) { state.withLock { $0.latency = latency } }

    /// Gives every account these limits; what was used stays used.
    func setLimits(_ limits: SimulatedLimits) {
        state.withLock { state in
            for user in state.counters.keys { state.counters[user]?.limits = limits }
        }
    }

    /// Every account's quota is as if nothing had been asked.
    func resetQuotas() {
        state.withLock { state in
            for user in state.counters.keys { state.counters[user]?.reset() }
        }
    }

    private func unauthorized(_ key: String?) -> APIAnswer {
        guard let key, !key.isEmpty else { return .keyMissing }
        let message = options.echoesWrongKey ? "Wrong API key: \(key)" : "Wrong API key"
        return .error(401, "WrongCredentialsError", message)
    }

    private func decide(
        _ route: APIRoute, _ request: APIRequest, user: String, now: Date, _ state: inout State
    ) -> APIAnswer {
        let writer = UserObjectWriter(user: user, counter: state.counters[user]!, now: now)
        switch route {
        case .file(let hash, let asked): return lookUp(hash, asked: asked, user: user, now: now, &state)
        case .other: return .resourceNotFound
        case .user(let id), .overallQuotas(let id), .apiUsage(let id):
            // The id may be the key itself; another account's use is not shown.
            guard id == user || userByKey[id] == user else { return .forbidden }
        }
        switch route {
        case .overallQuotas: return APIAnswer(status: 200, body: .json(writer.overallQuotas))
        case .apiUsage:
            guard let usage = writer.apiUsage(request.query) else {
                let message = "start_date and end_date must be YYYYMMDD and at most 30 days apart"
                return .error(400, "InvalidArgumentError", message)
            }
            return APIAnswer(status: 200, body: .json(usage))
        default: return APIAnswer(status: 200, body: .json(writer.userObject))
        }
    }

    private func lookUp(
        _ hash: FileHash?, asked: String, user: String, now: Date, _ state: inout State
    ) -> APIAnswer {
        if let until = state.counters[user]!.exhausted(at: now) {
            if options.countsRefusedRequests { state.counters[user]!.record(at: now) }
            return .quotaExceeded(options.quotaRefusal, until: until, now: now)
        }
        let fault = state.faults.next(for: hash)
        if fault?.costsQuota ?? true { state.counters[user]!.record(at: now) }
        guard let hash else {
            return fault.map { faulty($0, .resourceNotFound, SimulatedFile.make(number: 0), now) }
                ?? .resourceNotFound
        }
        let file = state.catalogue.file(named: hash)
        let ordinary =
            file.condition == .unknown
            ? APIAnswer.error(404, "NotFoundError", "File \"\(asked)\" not found")
            : APIAnswer(status: 200, body: .file(file, paddingBytes: 0))
        return fault.map { faulty($0, ordinary, file, now) } ?? ordinary
    }

    private func faulty(
        _ fault: Fault, _ ordinary: APIAnswer, _ file: SimulatedFile, _ now: Date
    ) -> APIAnswer {
        let number = Int(truncatingIfNeeded: file.family.seed)
        let other = SimulatedFile.make(number: number, seed: 0x6F74_6865_72, .detected(engines: 40))
        return .faulty(fault, ordinary: ordinary, otherFile: other, now: now)
    }

    private func note(
        _ answer: APIAnswer, request: APIRequest, route: APIRoute, user: String?, now: Date,
        _ state: inout State
    ) {
        var hash: FileHash?
        if case .file(let asked, _) = route { hash = asked }
        let isSilent = answer.fault?.kind == .noAnswer
        let entry = state.journal.append { sequence in
            JournalEntry(
                sequence: sequence, time: now, user: user, method: request.method, endpoint: route.endpoint,
                hash: hash, status: isSilent ? nil : answer.status, fault: answer.fault?.kind)
        }
        guard let journalFile, !state.journalFileHasFailed else { return }
        do {
            try journalFile.append(entry)
        } catch {
            // Once is enough: a full disk stays full, and the journal in memory is still complete.
            state.journalFileHasFailed = true
            logger.error("the simulator's journal file ends here", metadata: ["error": "\(error)"])
        }
    }

    private func latency(_ state: inout State) -> Duration {
        guard state.latency > .zero, options.latencyJitter > 0 else { return state.latency }
        return state.latency * (1 + options.latencyJitter * state.generator.fraction())
    }

    private static func traceID(_ generator: inout SeededGenerator) -> String {
        let digits = String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

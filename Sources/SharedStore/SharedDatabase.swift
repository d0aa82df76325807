import Foundation
package import Model
package import PostgreSQL
package import Support
import Synchronization

/// The shared database as one site uses it: the ledger and the answers of all daemons that have one key.
///
/// Each call is one statement, one transaction and one round trip, the server's clock its only clock; the
/// first one begins the site's run (`closeEarlierRun`) before. All throw `SharedError`.
package final class SharedDatabase: SharedSite {
    /// Channel on which the server tells of answers and of flights that have come free: a hash in
    /// hexadecimal. A hint, and never the truth.
    package static let channel = "hashdrop"

    /// Its notifications have one reader: that of `news`.
    package let client: PostgreSQLClient
    package let site: String
    private let keyHash: @Sendable () -> [UInt8]
    private let endpoint: String
    private let localRequests: @Sendable () throws -> LocalRequests
    let clock: any ServiceClock
    private let state: Mutex<State>

    private struct State {
        /// This program's number among the site's starts; nil until the server has given one.
        var run: Int?
        /// Of the key whose ledger the run spends from.
        var keyHash: [UInt8] = []
        var calls = 0
        /// The newest call of the run whose result came; 0 before the first.
        var done = 0
        /// Calls of `reserve` whose result never came, the newest last.
        var lost: [Int] = []
        /// The newest run that the server has given, also of one that it does not know any more.
        var newestRun = 0
        var limits: QuotaLimits
        /// Counts what ends the slices that were taken before: another run, and other limits.
        var sliceEpoch = 0
    }

    /// - Parameters:
    ///   - client: has the site's own role.
    ///   - site: name of the site; no other daemon has the same.
    ///   - keyHash: SHA-256 of the VirusTotal key, whose ledger it is; with another key a new run begins.
    ///   - endpoint: where answers come from. The first site's is remembered, and any other refused.
    ///   - limits: what the key may spend.
    ///   - localRequests: what the daemon has spent by its own count; each run begins with it.
    package init(
        client: PostgreSQLClient, site: String, keyHash: @escaping @Sendable () -> [UInt8], endpoint: String,
        limits: QuotaLimits,
        localRequests: @escaping @Sendable () throws -> LocalRequests = { LocalRequests() },
        clock: any ServiceClock = SystemClock()
    ) {
        self.client = client
        self.site = site
        self.keyHash = keyHash
        self.endpoint = endpoint
        self.localRequests = localRequests
        self.clock = clock
        state = Mutex(State(limits: limits))
    }

    var limits: QuotaLimits { state.withLock { $0.limits } }

    /// Of which time a slice is that is taken now.
    var sliceEpoch: Int { state.withLock { $0.sliceEpoch } }

    package func use(_ limits: QuotaLimits) {
        state.withLock { state in
            if state.limits != limits { state.sliceEpoch += 1 }
            state.limits = limits
        }
    }

    /// Whether a slice may still be spent: it is this run's, of the key of the moment, and by its limits.
    package func holds(_ slice: SharedSlice) -> Bool {
        let keyHash = keyHash()
        return state.withLock { state in
            state.run != nil && state.keyHash == keyHash && state.sliceEpoch == slice.epoch
        }
    }

    /// Begins this program's run of the site, once: what an earlier one holds comes free, its requests end
    /// now and stay spent, and what the site has spent without the shared database counts there too.
    package func closeEarlierRun() async throws {
        try await asking { _, _ in }
    }

    /// Hints of the server, those of `channel`. The connection's own count too: after a new one some may
    /// have been missed.
    package func news() async throws -> AsyncStream<Void> {
        try await translatingErrors {
            do throws(PostgreSQLError) {
                try await client.listen(Self.channel)
            } catch {
                // The next connection listens.
                guard error.isRetryable else { throw error }
            }
        }
        let notifications = client.notifications
        return AsyncStream(unfolding: {
            for await _ in notifications { return () }
            return nil
        })
    }

    /// Reserves what may be sent now, in the order of the wishes, the most urgent first.
    ///
    /// What was reserved and not told, because the connection was lost, is given back by the next call: it
    /// was not sent. Of wishes for the same hash the first counts, and another one is `asked`.
    ///
    /// - Returns: for each wish what becomes of it.
    package func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] {
        guard !wishes.isEmpty else { return [] }
        var places: [FileHash: Int] = [:]
        var different: [SharedWish] = []
        for wish in wishes where places[wish.hash] == nil {
            places[wish.hash] = different.count
            different.append(wish)
        }
        let granted = try await reserve(different: different)
        var given: Set<FileHash> = []
        return wishes.map { wish in
            let grant = granted[places[wish.hash]!]
            guard case .send = grant, !given.insert(wish.hash).inserted else { return grant }
            return .asked(elsewhereUntil: Self.lease)
        }
    }

    /// As the function hashdrop.lease has it.
    private static let lease: Duration = .seconds(600)

    private func reserve(different wishes: [SharedWish]) async throws -> [SharedGrant] {
        try await asking { session, run in
            let rows = try await reserve(wishes, run: run, in: session)
            guard rows.count == wishes.count else {
                throw PostgreSQLError.misuse("\(rows.count) results for \(wishes.count) hashes")
            }
            let now = clock.now.wall
            return try rows.map { try Self.grant(in: $0, now: now) }
        }
    }

    private func reserve(
        _ wishes: [SharedWish], run: Int, in session: PostgreSQLSession
    ) async throws(PostgreSQLError) -> PostgreSQLRows {
        let call = beginCall()
        do {
            let rows = try await session.query(
                """
                SELECT result, ticket, wait, cause, (answer).* FROM hashdrop.reserve(
                    $1, $2, $3, $4, $5, $6, $7, $8, $9::text[]::hashdrop.ages[], $10, $11, $12)
                ORDER BY place
                """,
                [
                    .int(SharedSchema.version), .text(site), .int(run), .int(call.number),
                    .int(call.done), .intArray(call.lost), .bytesArray(wishes.map(\.hash.bytes)),
                    .textArray(wishes.map(\.user.description)), .textArray(wishes.map(\.ages.sharedText)),
                    .int(call.limits.requestsPerMinuteLimit), .int(call.limits.requestsPerDayLimit),
                    .int(call.limits.requestsPerMonthLimit),
                ])
            endCall(call.number)
            return rows
        } catch {
            // It may still run when the next call has: so it stays in the list for some calls.
            if error.mayHaveRun {
                state.withLock { $0.lost = Array(($0.lost + [call.number]).suffix(Self.lostMax)) }
            }
            throw error
        }
    }

    /// Numbers a call that may spend. With it goes what the server must know if it is not an older copy.
    func beginCall() -> (number: Int, done: Int, lost: [Int], limits: QuotaLimits) {
        state.withLock { state in
            state.calls += 1
            return (state.calls, state.done, state.lost, state.limits)
        }
    }

    /// Notes that the result of a call has come that has spent, or may have.
    func endCall(_ number: Int) { state.withLock { $0.done = max($0.done, number) } }

    /// The newest call whose result came.
    var done: Int { state.withLock { $0.done } }

    private static let lostMax = 64

    private static func grant(
        in row: PostgreSQLRow, now: Date
    ) throws(PostgreSQLError) -> SharedGrant {
        let result = try row.get("result", .text)
        if result == "send" { return .send(ticket: Int64(try row.get("ticket", .int))) }
        if result == "answered", let found = try row.answer(now: now) { return .answered(found.answer) }
        let wait: Duration = .milliseconds(try row.get("wait", .int))
        if result == "asked" { return .asked(elsewhereUntil: wait) }
        return .wait(wait, cause(try row.optional("cause", .text)))
    }

    private static func cause(_ text: String?) -> SharedGrant.Cause {
        guard let text else { return .turn }
        if let period = QuotaPeriod(rawValue: text) { return .usedUp(period) }
        let words = text.split(separator: " ", maxSplits: 1)
        return words.count == 2 && words[0] == "pause" ? .pause(String(words[1])) : .turn
    }

    /// Runs `body` on the connection, once the site's run has begun.
    func asking<Value>(
        _ body: (PostgreSQLSession, _ run: Int) async throws -> Value
    ) async throws -> Value {
        do {
            return try await translatingErrors {
                // One session at a time: two first calls begin one run.
                try await client.withSession { session in try await body(session, begin(in: session)) }
            }
        } catch SharedError.forgotten {
            state.withLock { $0.run = nil }
            throw SharedError.forgotten
        }
    }

    private func begin(in session: PostgreSQLSession) async throws -> Int {
        let keyHash = keyHash()
        if let run = state.withLock({ $0.keyHash == keyHash ? $0.run : nil }) { return run }
        let own = try localRequests()
        let days = own.days.sorted { $0.key < $1.key }
        let rows = try await session.query(
            "SELECT hashdrop.begin_run($1, $2, $3, $4, $5, $6, $7, $8) AS run",
            [
                .int(SharedSchema.version), .text(site), .bytes(keyHash), .text(endpoint),
                .int(state.withLock { $0.newestRun }), .intArray(days.map(\.key)),
                .intArray(days.map(\.value)),
                .intArray(own.lastMinute.map(\.milliseconds)),
            ])
        guard let row = rows.first else { throw PostgreSQLError.misuse("no run was given") }
        let run = try row.get("run", .int)
        state.withLock { state in
            state.run = run
            state.newestRun = run
            state.done = 0
            state.keyHash = keyHash
            state.sliceEpoch += 1
        }
        return run
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero; ages beyond a thousand years are as good as
    /// that.
    var milliseconds: Int { Int(min(self, .seconds(31_556_952_000)).wholeMilliseconds) }
}

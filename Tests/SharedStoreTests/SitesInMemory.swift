import Foundation
import Model
import PostgreSQL
import SharedStore
import Synchronization

/// What several sites share, in memory: who asks what, and what was answered. It has no limits.
final class SitesInMemory: Sendable {
    struct Flight: Hashable {
        var site: Int
        var ticket: Int64
    }

    struct State {
        var lastTicket: Int64 = 0
        var flights: [FileHash: Flight] = [:]
        var answers: [FileHash: LookupAnswer] = [:]
        var spent = 0
        /// What was told, in its order, repetitions included.
        var endings: [SharedEnding] = []
        var wishes: [SharedWish] = []
        var closings = 0
        /// The open hashes of each site's users, by its last sign of life.
        var demand: [Int: [UserName: Int]] = [:]
        var questions: [Int] = []
        /// What every call fails with.
        var failure: PostgreSQLError?
        /// Whether the next reservation is made and its answer lost.
        var losesNextReply = false
        /// What the next reservation gets instead.
        var wait: (Duration, QuotaPeriod?)?
    }

    let state = Mutex(State())

    var snapshot: State { state.withLock { $0 } }

    static let lost = PostgreSQLError.unreachable(since: .distantPast, reason: "lost", mayHaveRun: true)
    static let away = PostgreSQLError.unreachable(since: .distantPast, reason: "away", mayHaveRun: false)

    /// One site's connection.
    struct Site: SharedSite {
        let number: Int
        let shared: SitesInMemory

        private func transaction<Value>(_ body: (inout State) throws -> Value) throws -> Value {
            try shared.state.withLock { state in
                if let failure = state.failure { throw failure }
                return try body(&state)
            }
        }

        func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] {
            try transaction { state in
                state.wishes += wishes
                let grants = wishes.map { grant($0, &state) }
                guard state.losesNextReply else { return grants }
                state.losesNextReply = false
                throw SitesInMemory.lost
            }
        }

        private func grant(_ wish: SharedWish, _ state: inout State) -> SharedGrant {
            if let (rest, period) = state.wait { return .wait(rest, period) }
            if let answer = state.answers[wish.hash] { return .answered(answer) }
            guard state.flights[wish.hash] == nil else { return .asked(elsewhereUntil: .seconds(600)) }
            state.lastTicket += 1
            state.spent += 1
            state.flights[wish.hash] = Flight(site: number, ticket: state.lastTicket)
            return .send(ticket: state.lastTicket)
        }

        func record(_ endings: [SharedEnding]) async throws {
            try transaction { state in
                for ending in endings {
                    state.endings.append(ending)
                    guard let hash = state.flights.first(where: { $1.ticket == ending.ticket })?.key else {
                        continue
                    }
                    state.flights[hash] = nil
                    if !ending.wasSent { state.spent -= 1 }
                    guard let answer = ending.answer else { continue }
                    let dated = LookupAnswer(
                        answer: answer, askedAt: Date(timeIntervalSince1970: 1_790_000_000))
                    for name in dated.fileObject?.hashes ?? [hash] { state.answers[name] = dated }
                }
            }
        }

        func answers(
            to hashes: [FileHash], known: Duration, unknown: Duration
        ) async throws -> [FileHash: LookupAnswer] {
            try transaction { state in
                state.questions.append(hashes.count)
                let found = hashes.compactMap { hash in state.answers[hash].map { (hash, $0) } }
                return Dictionary(uniqueKeysWithValues: found)
            }
        }

        func heartbeat(openByUser: [UserName: Int], weights: [UserName: Int]) async throws {
            try transaction { $0.demand[number] = openByUser }
        }

        var news: AsyncStream<Void> { AsyncStream { $0.finish() } }

        func closeEarlierRun() async throws {
            try transaction { state in
                state.closings += 1
                state.flights = state.flights.filter { $0.value.site != number }
            }
        }
    }
}

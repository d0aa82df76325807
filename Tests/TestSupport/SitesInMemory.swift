import Foundation
package import Model
package import PostgreSQL
package import SharedStore
package import Store
package import Synchronization

/// What several sites share, in memory: who asks what, and what was answered. It has no limits but those of
/// slices.
package final class SitesInMemory: Sendable {
    package struct Flight: Hashable, Sendable {
        package var site: Int
        package var ticket: Int64
    }

    package struct State: Sendable {
        package var lastTicket: Int64 = 0
        package var flights: [FileHash: Flight] = [:]
        package var answers: [FileHash: LookupAnswer] = [:]
        package var spent = 0
        /// What was told, in its order, repetitions included.
        package var endings: [SharedEnding] = []
        package var wishes: [SharedWish] = []
        /// The open hashes of each site's users, by its last sign of life.
        package var demand: [Int: [UserName: SharedDemand]] = [:]
        package var questions: [Int] = []
        /// The ages of what was to be forgotten; there is something to forget once.
        package var forgotten: [Duration] = []
        /// What every call fails with.
        package var failure: PostgreSQLError?
        /// Whether the next reservation is made and its answer lost; the one after it gives it back.
        package var losesNextReply = false
        package var lost: [Int64] = []
        /// What the next reservation gets instead.
        package var wait: (Duration, SharedGrant.Cause)?
        /// What the next slices are; those that are given are counted.
        package var slice: (requests: Int, requestsPerMinuteLimit: Int, goodUntil: Duration)?
        package var slicesTaken = 0
        /// Slices of earlier ones are void.
        package var sliceEpoch = 0
        package var sites: [SiteStatus] = []
        package var spending = SharedSpending(quota: QuotaSpending())
    }

    package let state = Mutex(State())

    package init() {}

    package var snapshot: State { state.withLock { $0 } }

    package static let lost = PostgreSQLError.unreachable(reason: "lost", mayHaveRun: true)
    package static let away = PostgreSQLError.unreachable(reason: "away", mayHaveRun: false)

    /// One site's connection.
    package struct Site: SharedSite {
        private let number: Int
        private let shared: SitesInMemory

        package init(number: Int, shared: SitesInMemory) {
            self.number = number
            self.shared = shared
        }

        package var site: String { "site-\(number)" }

        private func transaction<Value>(_ body: (inout State) throws -> Value) throws -> Value {
            try shared.state.withLock { state in
                if let failure = state.failure { throw SharedError.database(failure) }
                return try body(&state)
            }
        }

        package func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] {
            try transaction { state in
                for ticket in state.lost { withdraw(ticket, &state) }
                state.lost = []
                state.wishes += wishes
                let grants = wishes.map { grant($0, &state) }
                guard state.losesNextReply else { return grants }
                state.losesNextReply = false
                state.lost = grants.compactMap { if case .send(let ticket) = $0 { ticket } else { nil } }
                throw SharedError.database(SitesInMemory.lost)
            }
        }

        private func withdraw(_ ticket: Int64, _ state: inout State) {
            state.flights = state.flights.filter { $0.value.ticket != ticket }
            state.spent -= 1
        }

        private func grant(_ wish: SharedWish, _ state: inout State) -> SharedGrant {
            if let (rest, cause) = state.wait { return .wait(rest, cause) }
            if let answer = state.answers[wish.hash] { return .answered(answer) }
            guard state.flights[wish.hash] == nil else { return .asked(elsewhereUntil: .seconds(600)) }
            state.lastTicket += 1
            state.spent += 1
            state.flights[wish.hash] = Flight(site: number, ticket: state.lastTicket)
            return .send(ticket: state.lastTicket)
        }

        package func record(_ endings: [SharedEnding]) async throws {
            try transaction { state in
                for ending in endings {
                    state.endings.append(ending)
                    let flight = state.flights.first { $1.ticket == ending.ticket }?.key
                    // A slice's requests have no flights, and are paid for.
                    guard let hash = flight ?? (ending.ticket < 0 ? ending.hash : nil) else { continue }
                    if flight != nil, !ending.wasSent { state.spent -= 1 }
                    state.flights[hash] = nil
                    guard let answer = ending.answer else { continue }
                    let dated = LookupAnswer(
                        answer: answer, askedAt: Date(timeIntervalSince1970: 1_790_000_000))
                    for name in dated.fileObject?.hashes ?? [hash] { state.answers[name] = dated }
                }
            }
        }

        package func answers(
            to hashes: [FileHash], ages: CacheAges
        ) async throws -> [FileHash: LookupAnswer] {
            try transaction { state in
                state.questions.append(hashes.count)
                let found = hashes.compactMap { hash in state.answers[hash].map { (hash, $0) } }
                return Dictionary(uniqueKeysWithValues: found)
            }
        }

        package func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice? {
            try transaction { state in
                guard let slice = state.slice else { return nil }
                state.slicesTaken += 1
                state.spent += slice.requests
                return SharedSlice(
                    id: Int64(state.slicesTaken), epoch: state.sliceEpoch, requests: slice.requests,
                    requestsPerMinuteLimit: slice.requestsPerMinuteLimit, goodUntil: slice.goodUntil)
            }
        }

        package func giveBack(_ rests: [SliceRest]) async throws {
            try transaction { state in
                for rest in rests { state.spent -= rest.slice.requests - rest.sent }
            }
        }

        package func holds(_ slice: SharedSlice) -> Bool {
            shared.state.withLock { slice.epoch == $0.sliceEpoch }
        }

        package func sites() async throws -> [SiteStatus] { try transaction { $0.sites } }

        package func spending() async throws -> SharedSpending { try transaction { $0.spending } }

        package func heartbeat(_ demand: [UserName: SharedDemand]) async throws {
            try transaction { $0.demand[number] = demand }
        }

        package func forgetAnswers(olderThan age: Duration) async throws -> Bool {
            try transaction { state in
                state.forgotten.append(age)
                return state.forgotten.count == 1
            }
        }

        package func use(_ limits: QuotaLimits) {}

        package func news() async throws -> AsyncStream<Void> { AsyncStream { $0.finish() } }
    }
}

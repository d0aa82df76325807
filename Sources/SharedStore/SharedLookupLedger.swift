package import Model
package import Store
package import Support
import Synchronization

/// Ledger of lookups that several daemons with one key share: the shared database decides, and the daemon's
/// own store has all of it too.
///
/// What other daemons have asked is copied home, so that lists are served from there whatever becomes of the
/// shared database. While that is away nothing is sent but what a slice has paid for, where slices are taken;
/// what has ended meanwhile is told to it later. A kill between the two reservations leaves a request that is
/// spent and never sent; its flight ends with the next start or its lease.
package final class SharedLookupLedger: LookupLedger {
    struct State {
        /// The shared database's numbers of what is on its way, by this daemon's.
        var tickets: [Int64: Int64] = [:]
        /// What it has not been told yet, by its numbers.
        var endings: [Int64: SharedEnding] = [:]
        /// Hashes that other daemons ask for this one too, and how old their answers may be.
        var awaited: [FileHash: CacheAges] = [:]
        var away: Away?
        var slices = SliceBook()

        /// Whether requests of slices are under way, or have ended without being written down here.
        var areSlicesUnderWay: Bool { tickets.values.contains { $0 < 0 } }
    }

    let database: any SharedLookups
    let lookups: LookupStore
    let clock: any ServiceClock
    /// Nil for no slices.
    let sliceShare: Double?
    /// On the monotonic clock; no slice is taken before.
    let sliceStart: Duration
    private let ages: Exchangeable<CacheAges>
    let onChange: @Sendable ((any Error)?) -> Void
    let state = Mutex(State())

    /// How long a hash rests whose answer in the shared database is another file's.
    private static let strangeAnswerRest: Duration = .seconds(600)

    /// - Parameters:
    ///   - ages: how old an answer may be, where the list does not say it.
    ///   - sliceShare: of the key's limits, which is taken ahead for a time without the shared database; nil
    ///     for none.
    ///   - sliceDelay: how long after its making no slice is taken: a daemon that ends again and again would
    ///     spend the day for nothing; default 10 min.
    ///   - onChange: told why the shared database is away, when it begins to be, and nil when it is back.
    package init(
        database: any SharedLookups, lookups: LookupStore, ages: CacheAges, sliceShare: Double? = nil,
        sliceDelay: Duration = .seconds(600), clock: any ServiceClock,
        onChange: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) {
        self.database = database
        self.lookups = lookups
        self.ages = Exchangeable(ages)
        self.sliceShare = sliceShare
        sliceStart = clock.now.monotonic + sliceDelay
        self.clock = clock
        self.onChange = onChange
    }

    /// Takes other ages from now on.
    package func use(_ ages: CacheAges) { self.ages.value = ages }

    // MARK: Reserving

    package nonisolated(nonsending) func reserve(
        _ reservations: [Reservation], at now: ClockReading
    ) async throws -> ReservedLookups {
        let askers = try lookups.askers(Set(reservations.map(\.jobRowID)))
        // A job that is gone wants nothing.
        let wishes = reservations.compactMap { reservation in
            askers[reservation.jobRowID].map { wish(for: reservation.hash, by: $0) }
        }
        if let away = restingAway { return try reserveAlone(reservations, by: askers, away) }
        var grants: [SharedGrant]?
        do {
            try await deliver()
            // What it does not know yet it would not count.
            if !state.withLock(\.areSlicesUnderWay) {
                grants = wishes.isEmpty ? [] : try await database.reserve(wishes)
            }
        } catch {
            return try reserveAlone(reservations, by: askers, beAway(error))
        }
        guard let grants else { return try settleOrReserveAlone(reservations, by: askers) }
        if !grants.isEmpty { noteThere() }
        var rest = grants[...]
        let granted = reservations.map { reservation in
            (reservation, askers[reservation.jobRowID] == nil ? nil : rest.popFirst())
        }
        do {
            return try take(granted, by: askers)
        } catch {
            // They leave no more, and others may have their turns.
            withdraw(
                granted.compactMap { reservation, grant in grant?.ticket.map { (reservation.hash, $0) } })
            do { try await deliver() } catch { noteAway(error) }
            throw error
        }
    }

    /// Writes what the shared database says into the daemon's own.
    private func take(
        _ granted: [(reservation: Reservation, grant: SharedGrant?)], by askers: [Int64: LookupStore.Asker]
    ) throws -> ReservedLookups {
        let now = clock.now
        var answers: [FileHash: LookupAnswer] = [:]
        for case (let reservation, .answered(let answer)?) in granted where answer.isOf(reservation.hash) {
            answers[reservation.hash] = answer
        }
        let sending = granted.filter { $0.grant?.ticket != nil }.map(\.reservation)
        let taken = try lookups.take(answers, reserving: sending, at: now.wall)
        var reserved = ReservedLookups(results: [], recorded: taken.recorded)
        var requests = taken.requests[...]
        var unwanted: [(FileHash, Int64)] = []
        for (reservation, grant) in granted {
            switch grant {
            case .send(let ticket):
                guard case .some(.some(let request)) = requests.popFirst() else {
                    unwanted.append((reservation.hash, ticket))
                    reserved.results.append(.notWanted)
                    continue
                }
                state.withLock { $0.tickets[request] = ticket }
                reserved.results.append(.send(request: request))
            case .answered:
                let isTaken = answers[reservation.hash] != nil
                reserved.results.append(isTaken ? .answered : .held(Self.strangeAnswerRest))
            case .asked(let rest):
                state.withLock { state in
                    state.awaited[reservation.hash] = askers[reservation.jobRowID].map(ages)
                }
                reserved.results.append(.held(rest))
            case .wait(let rest, let cause):
                let wait = LedgerWait(shared: cause, rest: rest)
                if reserved.wait.map({ $0.rest < rest }) ?? true { reserved.wait = wait }
                reserved.results.append(.waits)
            case nil: reserved.results.append(.notWanted)
            }
        }
        withdraw(unwanted)
        return reserved
    }

    /// Notes requests that were granted and are not sent; the shared database is told with the next word.
    private func withdraw(_ tickets: [(hash: FileHash, ticket: Int64)]) {
        let now = clock.now
        state.withLock { state in
            for (hash, ticket) in tickets {
                state.endings[ticket] = SharedEnding(notWanted: hash, ticket: ticket, at: now)
            }
        }
    }

    private func wish(for hash: FileHash, by asker: LookupStore.Asker) -> SharedWish {
        SharedWish(hash: hash, user: asker.user, ages: ages(for: asker))
    }

    private func ages(for asker: LookupStore.Asker) -> CacheAges { ages.value.taking(fresh: asker.fresh) }

    // MARK: Recording

    package nonisolated(nonsending) func record(
        _ outcomes: [LookupOutcome], inFlight: Set<FileHash>
    ) async throws -> RecordedOutcomes {
        let isThere = state.withLock { state in
            for outcome in outcomes {
                guard let ticket = state.tickets[outcome.request] else { continue }
                state.endings[ticket] = SharedEnding(outcome, ticket: ticket)
            }
            return state.away == nil
        }
        // First, so that a kill in between costs this daemon a copy and not another one a request. But lists
        // do not wait for a database that is away.
        if isThere {
            do { try await deliver() } catch { noteAway(error) }
        }
        let recorded = try lookups.record(outcomes, inFlight: inFlight)
        state.withLock { state in for outcome in outcomes { state.tickets[outcome.request] = nil } }
        return recorded
    }

    /// Tells the shared database what it does not know yet; to be called from time to time too.
    package nonisolated(nonsending) func deliver() async throws {
        let endings = state.withLock(\.endings)
        guard !endings.isEmpty else { return }
        try await database.record(endings.sorted { $0.key < $1.key }.map(\.value))
        state.withLock { state in for ticket in endings.keys { state.endings[ticket] = nil } }
        noteThere()
    }

    // MARK: Answers of others

    /// Copies home what other daemons have answered of the hashes that wait for them; to be called when
    /// there may be any, and from time to time.
    ///
    /// - Parameter progress: called with what changed.
    package nonisolated(nonsending) func collect(progress: @Sendable (RecordedOutcomes) -> Void) async throws
    {
        let awaited = state.withLock(\.awaited)
        for (ages, hashes) in Dictionary(grouping: awaited, by: \.value) {
            progress(try await copy(hashes.map(\.key).sorted(), ages))
        }
    }

    /// Copies home what is known of a job's next open hashes.
    ///
    /// - Parameter progress: called with what changed.
    /// - Returns: the last of the hashes, to go on after; nil if there are no more.
    package nonisolated(nonsending) func copyAnswers(
        for jobRowID: Int64, after last: FileHash?, progress: @Sendable (RecordedOutcomes) -> Void
    ) async throws -> FileHash? {
        guard let asker = try lookups.askers([jobRowID])[jobRowID] else { return nil }
        let hashes = try lookups.openHashes(
            of: jobRowID, after: last, limit: Self.hashesAtOnce, at: clock.now.wall)
        guard !hashes.isEmpty else { return nil }
        progress(try await copy(hashes, ages(for: asker)))
        return hashes.last
    }

    private static let hashesAtOnce = 1_000

    private nonisolated(nonsending) func copy(
        _ hashes: [FileHash], _ ages: CacheAges
    ) async throws -> RecordedOutcomes {
        let found = try await database.answers(to: hashes, ages: ages).filter { $1.isOf($0) }
        state.withLock { state in for hash in found.keys { state.awaited[hash] = nil } }
        return try lookups.take(found, at: clock.now.wall)
    }
}

import Model
import Store
package import Support
import Synchronization

// What is done while the shared database is away: nothing is sent, or what slices have paid for.
extension SharedLookupLedger {
    /// A time in which the shared database has not answered, or has refused.
    struct Away {
        var since: ClockReading
        /// How the last attempt ended.
        var error: any Error
        /// When it is asked again, on the monotonic clock.
        var nextTry: Duration

        /// Whether it may pass by itself. A database that refuses knows more than this site.
        var isPassing: Bool {
            (error as? SharedError)?.isRetryable ?? false
        }
    }

    /// How long until a shared database that is away is asked again.
    private static let retryInterval: Duration = .seconds(5)
    /// How long until it is looked again whether all requests of slices have ended.
    private static let settlingRest: Duration = .milliseconds(500)

    /// Since when the shared database has not answered, and why; nil if it has.
    package var trouble: (since: ClockReading, error: any Error)? {
        state.withLock { state in state.away.map { ($0.since, $0.error) } }
    }

    /// Notes that the shared database has answered.
    package func noteThere() {
        let wasAway = state.withLock { state in
            defer { state.away = nil }
            return state.away != nil
        }
        if wasAway { onChange(nil) }
    }

    /// Notes that the shared database has not answered, or has refused.
    package func noteAway(_ error: any Error) { _ = beAway(error) }

    func beAway(_ error: any Error) -> Away {
        let now = clock.now
        let (away, isNew) = state.withLock { state in
            let before = state.away
            let away = Away(
                since: before?.since ?? now, error: error, nextTry: now.monotonic + Self.retryInterval)
            state.away = away
            return (away, before == nil)
        }
        if isNew { onChange(error) }
        return away
    }

    // MARK: Taking slices

    /// Takes requests ahead when it is time to; to be called every few seconds while the shared database
    /// answers. Slices are in memory alone: after a start there is none until the next one is taken.
    package nonisolated(nonsending) func keepSlice() async throws {
        guard let sliceShare else { return }
        let now = clock.now.monotonic
        guard now >= sliceStart else { return }
        let isDue = state.withLock { state in
            state.slices.sweep(at: now) { database.holds($0) }
            guard state.slices.isDue(at: now) else { return false }
            state.slices.beginTaking(at: now)
            return true
        }
        guard isDue else { return }
        do {
            let slice = try await database.takeSlice(share: sliceShare, goodFor: SliceBook.sliceTime)
            state.withLock { state in if let slice { state.slices.add(slice) } }
        } catch {
            let mayHaveRun = (error as? SharedError)?.mayHaveRun ?? true
            if !mayHaveRun { state.withLock { $0.slices.takeAgain() } }
            throw error
        }
    }

    /// Gives back what is left of the slices, for a daemon that ends: none is sent from after it.
    package nonisolated(nonsending) func giveSlicesBack() async throws {
        let rests = state.withLock { $0.slices.end(at: clock.now.monotonic) }
        try await database.giveBack(rests.filter { database.holds($0.slice) })
    }

    // MARK: Spending slices

    /// The shared database's absence, if it is not to be asked again yet and there is something to spend.
    var restingAway: Away? {
        let now = clock.now.monotonic
        return state.withLock { state in
            guard let away = state.away, now < away.nextTry, state.slices.hasRequests(at: now) else {
                return nil
            }
            return away
        }
    }

    /// Lets requests of slices end: once the shared database is back, all of them are told to it before
    /// anything is reserved there.
    func settleOrReserveAlone(
        _ reservations: [Reservation], by askers: [Int64: LookupStore.Asker]
    ) throws -> ReservedLookups {
        if let away = state.withLock(\.away) { return try reserveAlone(reservations, by: askers, away) }
        return ReservedLookups(
            results: reservations.map { _ in .waits },
            wait: LedgerWait(
                .turn, rest: Self.settlingRest,
                reason: "the shared database is back; lookups go on when it has what was asked meanwhile"))
    }

    private static func since(_ away: Away) -> String {
        "the shared database has not answered since \(UTCTime(away.since.wall).minuteText) UTC"
    }

    /// The wait for a shared database that is away or, what does not pass by itself, refuses.
    private static func wait(_ away: Away) -> LedgerWait {
        guard !away.isPassing, let error = away.error as? SharedError else {
            return LedgerWait(
                .unreachable, rest: retryInterval, reason: "\(since(away)); lookups go on when it does")
        }
        let time = UTCTime(away.since.wall).minuteText
        return LedgerWait(
            .unreachable, rest: retryInterval,
            reason: "\(error.explanation.reason) (lookups wait since \(time) UTC)",
            advice: error.explanation.advice)
    }

    /// Reserves what slices have paid for, and lets the others wait.
    ///
    /// All requests of the daemon count in its minute, those among them that the shared database has let it
    /// send, and those of an earlier run.
    func reserveAlone(
        _ reservations: [Reservation], by askers: [Int64: LookupStore.Asker], _ away: Away
    ) throws -> ReservedLookups {
        guard sliceShare != nil, away.isPassing else {
            return ReservedLookups(results: reservations.map { _ in .waits }, wait: Self.wait(away))
        }
        let since = Self.since(away)
        let now = clock.now
        let wanted = reservations.filter { askers[$0.jobRowID] != nil }
        let ages = try lookups.requestAges(within: SliceBook.minute, at: now)
        let tickets = state.withLock { state in
            state.slices.sweep(at: now.monotonic) { database.holds($0) }
            return state.slices.spend(wanted.count, at: now.monotonic, ages: ages)
        }
        let requests = try lookups.take(
            [:], reserving: Array(wanted.prefix(tickets.count)), at: now.wall
        ).requests
        let rest = state.withLock { state in
            // The ticket of what is not wanted any more is lost: it is paid for either way.
            for case (let request?, let ticket) in zip(requests, tickets) { state.tickets[request] = ticket }
            let sent = [Duration](repeating: .zero, count: requests.count { $0 != nil })
            return state.slices.rest(at: now.monotonic, ages: ages + sent)
        }
        var left = requests[...]
        let results = reservations.map { reservation -> ReservationResult in
            guard askers[reservation.jobRowID] != nil else { return .notWanted }
            guard let request = left.popFirst() else { return .waits }
            return request.map { .send(request: $0) } ?? .notWanted
        }
        let reason =
            rest == nil
            ? "\(since), and no requests are left that were taken ahead; lookups go on when it does"
            : "\(since); until it does, lookups go on slowly, with requests that were taken ahead"
        return ReservedLookups(
            results: results,
            wait: LedgerWait(
                .unreachable, rest: min(rest ?? Self.retryInterval, Self.retryInterval), reason: reason))
    }
}

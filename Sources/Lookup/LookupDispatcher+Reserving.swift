import Model
import Store
import Support

// Which hashes are asked next, as the ledger lets them.
//
// The ledger may be one that several daemons share: while the loop waits for it, `health` and `estimates` are
// answered, and events wait in the mailbox. What the loop decides by changes in the loop alone, so it is the
// same after the wait; only time has passed, by which no quota becomes less.
extension LookupDispatcher {
    func pick(_ count: Int, at now: ClockReading) throws -> [Reservation] {
        var picked: [Reservation] = []
        while picked.count < count {
            switch queue.next() {
            case .ask(let reservation):
                guard held[reservation.hash] == nil, inFlight.insert(reservation.hash).inserted else {
                    queue.refund(reservation)
                    continue
                }
                picked.append(reservation)
            case .needsHashes(let job, let after):
                let hashes = try lookups.openHashes(
                    of: job, after: after, limit: Self.hashesAtOnce, at: now.wall)
                queue.refill(
                    jobRowID: job, hashes: hashes,
                    inFlight: held.isEmpty ? inFlight : inFlight.union(held.keys))
            case .nothing: return picked
            }
        }
        return picked
    }

    private static let hashesAtOnce = 64

    /// Reserves what was picked, and sends what may be sent.
    ///
    /// - Returns: whether there may be more to reserve, although the queue had no more.
    func send(_ picked: [Reservation], into group: inout DiscardingTaskGroup) async throws -> Bool {
        guard !picked.isEmpty else {
            // Nothing waits for the ledger.
            ledgerWait = nil
            return false
        }
        let reserved: ReservedLookups
        do {
            reserved = try await lookupLedger.reserve(picked, at: clock.now)
        } catch {
            for reservation in picked {
                inFlight.remove(reservation.hash)
                queue.refund(reservation)
            }
            throw error
        }
        let now = clock.now
        for (reservation, result) in zip(picked, reserved.results) {
            if case .send(let request) = result {
                rateLimiter.spend(at: now)
                ask(reservation, request, at: now, in: &group)
                continue
            }
            inFlight.remove(reservation.hash)
            if case .held(let rest) = result { held[reservation.hash] = now.monotonic + rest }
            if result != .waits { queue.refund(reservation) }
        }
        // The last one first: they come in their order again.
        for (reservation, result) in zip(picked, reserved.results).reversed() where result == .waits {
            queue.putBack(reservation)
        }
        ledgerWait = reserved.wait.map { ($0, now.monotonic + $0.rest) }
        take(reserved.recorded)
        // Another daemon's answer may leave other names to be asked, and a turn or a budget that was given
        // back is for other hashes.
        return reserved.results.contains { $0.isOfOtherDaemons }
    }

    private func ask(
        _ reservation: Reservation, _ request: Int64, at now: ClockReading,
        in group: inout DiscardingTaskGroup
    ) {
        group.addTask { [source, mailbox, clock, keyTrial] in
            let result = await source.ask(reservation.hash)
            let took = clock.now.monotonic - now.monotonic
            let flight = Flight(
                request: request, reservation: reservation, keyTrial: keyTrial, took: took)
            mailbox.post(.ended(flight, result))
        }
    }

    // MARK: What the ledger has lookups wait for

    /// Notes what the ledger has all lookups wait for.
    ///
    /// - Returns: how long; nil if the ledger may be asked.
    func noteLedgerWait(at now: ClockReading) -> Duration? {
        guard let (wait, until) = ledgerWait, !queue.isEmpty else { return nil }
        let rest = until - now.monotonic
        // A ledger that was away is away until it has answered.
        guard rest > .zero || !wait.isForeseeable else {
            ledgerWait = nil
            return nil
        }
        // When a ledger that is away is asked again is not when lookups go on.
        setWait(
            wait.reason, until: wait.isForeseeable ? max(.zero, rest) : nil, now, usedUp: wait.usedUpPeriod)
        if let advice = wait.advice {
            waitReason = "\(wait.reason); \(advice)"
            usersWaitReason = "\(wait.reason); the administrator has to look at it"
        }
        isWaitRoutine = wait.isRoutine
        return rest > .zero ? rest : nil
    }

    /// Lets hashes be reserved again that another daemon has asked for long enough.
    func releaseHeld(at now: ClockReading) {
        guard held.values.contains(where: { $0 <= now.monotonic }) else { return }
        held = held.filter { $0.value > now.monotonic }
        queue.resumeAll()
    }

    /// How long until the next of those; nil if none is held.
    func untilRelease(at now: ClockReading) -> Duration? {
        held.values.min().map { max(.milliseconds(1), $0 - now.monotonic) }
    }
}

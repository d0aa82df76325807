package import Support

// The ledger of one daemon alone: nothing is waited for, and the quota is the caller's `RateLimiter`'s.
extension LookupStore: LookupLedger {
    package func reserve(_ reservations: [Reservation], at now: ClockReading) throws -> ReservedLookups {
        ReservedLookups(
            results: try reserve(reservations, at: now.wall).map { request in
                request.map { .send(request: $0) } ?? .notWanted
            })
    }
}

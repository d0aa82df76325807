/// Requests that a site may send while the shared database is away; spent when they are taken.
///
/// The site sends no more than `requestsPerMinuteLimit` of its requests, those from before the slice's use
/// among them, in any 60 seconds, and nothing from `goodUntil` on. Before it reserves again, all of
/// them have ended and are recorded.
package struct SharedSlice: Hashable, Sendable {
    let id: Int64
    /// For which run, key and limits of the site it was taken; with others it is void: `SharedLookups.holds`.
    package let epoch: Int
    package let requests: Int
    /// 0 is no limit.
    package let requestsPerMinuteLimit: Int
    /// On the monotonic clock of the site (`ClockReading.monotonic`).
    package let goodUntil: Duration

    package init(id: Int64, epoch: Int, requests: Int, requestsPerMinuteLimit: Int, goodUntil: Duration) {
        self.id = id
        self.epoch = epoch
        self.requests = requests
        self.requestsPerMinuteLimit = requestsPerMinuteLimit
        self.goodUntil = goodUntil
    }

    /// Ticket of the request of this number, from 0 on. Those of slices are below zero.
    package func ticket(_ number: Int) -> Int64 {
        precondition((0..<requests).contains(number), "the slice has \(requests) requests")
        return -(id << 20 | Int64(number))
    }
}

/// What is left of a slice that is not sent from any more.
package struct SliceRest: Hashable, Sendable {
    package var slice: SharedSlice
    /// How many of its requests were sent, or may have been.
    package var sent: Int
}

import Support

/// The slices that a site has taken ahead, what is left of them, and when it is time for the next one. Pure:
/// the times are given.
///
/// | | |
/// | --- | --- |
/// | a slice is good for | 1 h at most |
/// | the next one is taken | when the last one is good for less than 10 min, or has become void |
/// | after an attempt, whatever came of it | the next one 5 min later |
///
/// So a day's slices are at most 6/5 of the share, and an outage finds one that is good for at least 10 min.
struct SliceBook {
    private struct Page {
        let slice: SharedSlice
        var sent = 0

        func isGood(at now: Duration) -> Bool { now < slice.goodUntil && sent < slice.requests }
    }

    /// How long a slice is good for.
    static let sliceTime: Duration = .seconds(3_600)
    private static let reserveTime: Duration = .seconds(600)
    private static let retakeInterval: Duration = .seconds(300)
    /// As the shared database's function hashdrop.minute has it.
    static let minute: Duration = .milliseconds(60_020)

    /// In the order of their taking, which is that of their ends.
    private var pages: [Page] = []
    private var nextTake: Duration?

    // MARK: Taking

    /// Whether a slice is to be taken now.
    func isDue(at now: Duration) -> Bool {
        guard now >= nextTake ?? now else { return false }
        return pages.last.map { $0.slice.goodUntil - now < Self.reserveTime } ?? true
    }

    /// Notes that one is being asked for: also if the answer never comes, it may be spent.
    mutating func beginTaking(at now: Duration) { nextTake = now + Self.retakeInterval }

    /// Notes that nothing was asked for after all.
    mutating func takeAgain() { nextTake = nil }

    mutating func add(_ slice: SharedSlice) { pages.append(Page(slice: slice)) }

    /// Forgets slices that are over, and those that are void. Another one is due at once for these.
    mutating func sweep(at now: Duration, isHeld: (SharedSlice) -> Bool) {
        pages.removeAll { now >= $0.slice.goodUntil }
        let count = pages.count
        pages.removeAll { !isHeld($0.slice) }
        if pages.count < count { nextTake = nil }
    }

    /// Ends all slices that may still be spent, and tells what is left of them.
    mutating func end(at now: Duration) -> [SliceRest] {
        defer { pages = [] }
        return pages.filter { $0.isGood(at: now) }.map { SliceRest(slice: $0.slice, sent: $0.sent) }
    }

    // MARK: Spending

    /// Whether there is anything left to spend.
    func hasRequests(at now: Duration) -> Bool { pages.contains { $0.isGood(at: now) } }

    /// Spends requests, as many as may be sent now: the oldest slice's first, each with its ticket.
    ///
    /// - Parameter ages: how long ago the site's requests ended that count in the minute, all of them; those
    ///   under way have 0.
    mutating func spend(_ wanted: Int, at now: Duration, ages: [Duration]) -> [Int64] {
        var tickets: [Int64] = []
        while tickets.count < wanted, let index = pages.firstIndex(where: { $0.isGood(at: now) }) {
            let page = pages[index]
            let limit = page.slice.requestsPerMinuteLimit
            guard limit == 0 || ages.count + tickets.count < limit else { break }
            tickets.append(page.slice.ticket(page.sent))
            pages[index].sent += 1
        }
        return tickets
    }

    /// How long until the minute has room for another request; nil if there is nothing left to spend.
    ///
    /// - Parameter ages: as of `spend`, the oldest first.
    func rest(at now: Duration, ages: [Duration]) -> Duration? {
        guard let page = pages.first(where: { $0.isGood(at: now) }) else { return nil }
        let limit = page.slice.requestsPerMinuteLimit
        guard limit > 0, ages.count >= limit else { return .zero }
        return max(.zero, Self.minute - ages[ages.count - limit])
    }
}

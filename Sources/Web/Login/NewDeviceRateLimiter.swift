/// The line of those who try to log in as a user from where that user has not logged in before.
///
/// `burst` tries are free, then one is let through every `interval`, whoever it is. Who comes too early is given a
/// place and told when to come back; the place stays, so that a flood from other addresses delays alice's first
/// login from a new place by its number of addresses (at 1,000: 83 minutes) and cannot keep her out. It is a generic
/// cell rate algorithm with reservations: `clearAt` is when nobody stands in it any more.
struct NewDeviceRateLimiter: Sendable {
    /// Tries that are let through at once; default 30.
    static let burst = 30
    /// Between two further ones; default 5 s, which is 17,280 guesses a day.
    static let interval: Duration = .seconds(5)
    /// How long a place is kept for somebody who does not come back.
    static let patience: Duration = .seconds(900)

    private struct Place: Hashable, Sendable {
        var user: String
        var site: [UInt8]
    }

    private let entriesMax: Int
    private var clearAt: [String: Duration] = [:]
    private var places: [Place: Duration] = [:]

    /// - Parameter entriesMax: users and places each; above it the oldest are forgotten.
    init(entriesMax: Int) { self.entriesMax = entriesMax }

    var entryCount: Int { clearAt.count + places.count }

    /// How long this visitor has to wait; zero lets one try through.
    mutating func wait(user: String, site: [UInt8], at now: Duration) -> Duration {
        let place = Place(user: user, site: site)
        if let turn = places[place], turn + Self.patience > now {
            guard turn <= now else { return turn - now }
            places[place] = nil
            return .zero
        }
        forget(at: now)
        let clear = max(clearAt[user] ?? now, now) + Self.interval
        clearAt[user] = clear
        let wait = clear - now - Self.interval * Self.burst
        if wait > .zero { places[place] = now + wait }
        return max(.zero, wait)
    }

    private mutating func forget(at now: Duration) {
        if clearAt.count >= entriesMax {
            clearAt = clearAt.filter { $0.value > now }
            if clearAt.count >= entriesMax { clearAt = Self.latest(of: clearAt, entriesMax / 2) }
        }
        if places.count >= entriesMax {
            places = places.filter { $0.value + Self.patience > now }
            // The next in turn stay.
            if places.count >= entriesMax {
                places = Dictionary(
                    uniqueKeysWithValues: places.sorted { $0.value < $1.value }.prefix(entriesMax / 2)
                        .map { ($0.key, $0.value) })
            }
        }
    }

    private static func latest(of table: [String: Duration], _ count: Int) -> [String: Duration] {
        Dictionary(
            uniqueKeysWithValues: table.sorted { $0.value > $1.value }.prefix(count)
                .map { ($0.key, $0.value) })
    }
}

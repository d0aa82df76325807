/// Rate limiter for logins from where the user has not logged in before: a generic cell rate algorithm (GCRA)
/// for each user, with reservations.
///
/// `burst` tries are free, then one is let through every `interval`, from whatever address. A client that
/// comes too early gets a reservation and is told when to come back; the reservation is kept, so that a flood
/// from other addresses delays alice's first login from a new place by its number of addresses (at 1,000: 83
/// minutes) and cannot keep her out.
struct NewDeviceRateLimiter: Sendable {
    /// Tries that are let through at once; default 30.
    static let burst = 30
    /// Between two further ones; default 5 s, which is 17,280 guesses a day.
    static let interval: Duration = .seconds(5)
    /// How long a reservation is kept for a client that does not come back; default 15 minutes.
    static let reservationLifetime: Duration = .seconds(900)

    private struct Device: Hashable, Sendable {
        var user: String
        var site: [UInt8]
    }

    private let entriesMax: Int
    /// The theoretical arrival time (GCRA's TAT) of each user's next try.
    private var arrivals: [String: Duration] = [:]
    private var reservations: [Device: Duration] = [:]

    /// - Parameter entriesMax: users and reservations each; above it the oldest are forgotten.
    init(entriesMax: Int) { self.entriesMax = entriesMax }

    var entryCount: Int { arrivals.count + reservations.count }

    /// How long this client has to wait; zero lets one try through.
    mutating func wait(user: String, site: [UInt8], at now: Duration) -> Duration {
        let device = Device(user: user, site: site)
        if let turn = reservations[device], turn + Self.reservationLifetime > now {
            guard turn <= now else { return turn - now }
            reservations[device] = nil
            return .zero
        }
        forget(at: now)
        let arrival = max(arrivals[user] ?? now, now) + Self.interval
        arrivals[user] = arrival
        let wait = arrival - now - Self.interval * Self.burst
        if wait > .zero { reservations[device] = now + wait }
        return max(.zero, wait)
    }

    private mutating func forget(at now: Duration) {
        if arrivals.count >= entriesMax {
            arrivals = arrivals.filter { $0.value > now }
            if arrivals.count >= entriesMax { arrivals = Self.latest(of: arrivals, entriesMax / 2) }
        }
        if reservations.count >= entriesMax {
            reservations = reservations.filter { $0.value + Self.reservationLifetime > now }
            // The next in turn stay.
            if reservations.count >= entriesMax {
                reservations = Dictionary(
                    uniqueKeysWithValues: reservations.sorted { $0.value < $1.value }.prefix(entriesMax / 2)
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

import Foundation

/// Rate limiter for logins: how long a client has to wait before the next try.
///
/// Wrong tries are counted for a user at an address, for an address, and for an IPv6 site (a /48):
///
/// | wrong tries in 15 minutes | wait |
/// | --- | --- |
/// | for the user: up to 4 | none |
/// | 5, 6, 7, 8 … | 1, 2, 4, 8 … 30 s since this address's last wrong try for the user |
/// | from the address: up to 9 | none |
/// | 10, 11, 12 … | 1, 2, 4 … 60 s since the address's last wrong try |
/// | from the site: up to 39 | none |
/// | 40, 41, 42 … | 1, 2, 4 … 60 s since the site's last wrong try |
///
/// A browser from which the user has logged in before is known by a cookie, and has a count of its own, as
/// the user's in the table: where people share an address, others' wrong tries do not slow it.
///
/// Against guesses from many addresses, of which each would have its first try free, the tries for one user
/// from places where the user has not logged in before share one limit (`NewDeviceRateLimiter`).
///
/// None of it locks a user out for good. A wait is short, is measured from the *own* last wrong try, and is
/// not made longer by a try during it; places that the user has logged in from are not under the shared
/// limit, and a reservation under it comes up whatever other clients do meanwhile. From an address that alice
/// has logged in from, wrong tries for other names do not slow her.
struct LoginThrottle: Sendable {
    enum Decision: Hashable, Sendable {
        case allowed
        case wait(Duration)
    }

    struct Pair: Hashable, Sendable {
        var user: String
        var address: [UInt8]
        var site: [UInt8]
        /// The digest of the token of a browser that the user is known at.
        var device: Data?

        init(user: String, address: NetworkAddress?, device: Data? = nil) {
            self.user = user
            self.device = device
            self.address = address?.network ?? []
            site = address?.site ?? []
        }
    }

    private struct Failures {
        var count = 0
        var last: Duration
    }

    static let userWaitMax: Duration = .seconds(30)
    static let addressWaitMax: Duration = .seconds(60)
    /// Wrong tries are forgotten when so long there was no further one.
    static let memory: Duration = .seconds(900)
    private static let freeTriesForUser = 5
    private static let freeTriesFromAddress = 10
    private static let freeTriesFromSite = 40

    private let entriesMax: Int
    private var byUser: [String: Failures] = [:]
    private var byAddress: [[UInt8]: Failures] = [:]
    private var bySite: [[UInt8]: Failures] = [:]
    private var byPair: [Pair: Failures] = [:]
    private var byDevice: [Data: Failures] = [:]
    private var known: Set<Pair> = []
    private var newDevices: NewDeviceRateLimiter

    /// - Parameter entriesMax: of each kind; above it the oldest are forgotten, so that a flood of names
    ///   costs no memory.
    init(entriesMax: Int = 10_000) {
        self.entriesMax = entriesMax
        newDevices = NewDeviceRateLimiter(entriesMax: entriesMax)
    }

    /// What is remembered, in entries.
    var entryCount: Int {
        byUser.count + byAddress.count + bySite.count + byPair.count + byDevice.count + newDevices.entryCount
    }

    /// Decides about a try. An allowed one counts as wrong until `succeeded` is told otherwise: many tries at
    /// once are not cheaper than one after the other.
    mutating func attempt(_ pair: Pair, at now: Duration) -> Decision {
        forget(at: now)
        if let device = pair.device { return attempt(device, at: now) }
        let wait = max(userWait(pair, now), addressWait(pair, now))
        guard wait <= .zero else { return .wait(wait) }
        // Asked last: a client that has to wait for another reason must not use its reservation up.
        if !known.contains(pair) {
            let wait = newDevices.wait(user: pair.user, site: pair.site, at: now)
            guard wait <= .zero else { return .wait(wait) }
        }
        count(&bySite, pair.site, now)
        count(&byUser, pair.user, now)
        count(&byAddress, pair.address, now)
        count(&byPair, pair, now)
        return .allowed
    }

    private mutating func attempt(_ device: Data, at now: Duration) -> Decision {
        if let own = byDevice[device] {
            let wait =
                own.last + Self.wait(own.count, free: Self.freeTriesForUser, max: Self.userWaitMax) - now
            guard wait <= .zero else { return .wait(wait) }
        }
        count(&byDevice, device, now)
        return .allowed
    }

    /// The try was right: it does not count, and this user is known at this address from now on. Wrong tries
    /// for other users from the address still count, or any account could be used to clear them.
    mutating func succeeded(_ pair: Pair) {
        undo(pair)
        if let device = pair.device {
            byDevice[device] = nil
            return
        }
        byPair[pair] = nil
        if known.count >= entriesMax { known.removeAll() }
        known.insert(pair)
    }

    /// The try was not decided (too many others were being checked) and does not count.
    mutating func undo(_ pair: Pair) {
        if let device = pair.device { return uncount(&byDevice, device) }
        uncount(&byUser, pair.user)
        uncount(&byAddress, pair.address)
        uncount(&bySite, pair.site)
        uncount(&byPair, pair)
    }

    private func userWait(_ pair: Pair, _ now: Duration) -> Duration {
        guard let own = byPair[pair], let all = byUser[pair.user] else { return .zero }
        return own.last + Self.wait(all.count, free: Self.freeTriesForUser, max: Self.userWaitMax) - now
    }

    private func addressWait(_ pair: Pair, _ now: Duration) -> Duration {
        if known.contains(pair) { return .zero }
        return max(
            wait(byAddress[pair.address], free: Self.freeTriesFromAddress, now),
            wait(bySite[pair.site], free: Self.freeTriesFromSite, now))
    }

    private func wait(_ failures: Failures?, free: Int, _ now: Duration) -> Duration {
        guard let failures else { return .zero }
        return failures.last + Self.wait(failures.count, free: free, max: Self.addressWaitMax) - now
    }

    /// 1 s after the free tries, then twice as long each time, up to `max`.
    private static func wait(_ count: Int, free: Int, max longest: Duration) -> Duration {
        guard count >= free else { return .zero }
        return min(.seconds(1 << min(count - free, 10)), longest)
    }

    private func count<Key: Hashable>(_ table: inout [Key: Failures], _ key: Key, _ now: Duration) {
        // What is too old counts no more, also before its entry is cleared away.
        if let failures = table[key], now - failures.last >= Self.memory { table[key] = nil }
        table[key, default: Failures(last: now)].count += 1
        table[key]?.last = now
    }

    private func uncount<Key: Hashable>(_ table: inout [Key: Failures], _ key: Key) {
        guard let failures = table[key] else { return }
        if failures.count <= 1 { table[key] = nil } else { table[key]?.count -= 1 }
    }

    private mutating func forget(at now: Duration) {
        Self.forget(&byUser, now, entriesMax)
        Self.forget(&byAddress, now, entriesMax)
        Self.forget(&bySite, now, entriesMax)
        Self.forget(&byPair, now, entriesMax)
        Self.forget(&byDevice, now, entriesMax)
    }

    private static func forget<Key: Hashable>(
        _ table: inout [Key: Failures], _ now: Duration, _ entriesMax: Int
    ) {
        guard table.count >= entriesMax else { return }
        table = table.filter { now - $0.value.last < memory }
        guard table.count >= entriesMax else { return }
        let newest = table.sorted { $0.value.last > $1.value.last }.prefix(entriesMax / 2)
        table = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
    }
}

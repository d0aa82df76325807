import Foundation
import Testing

@testable import Web

struct LoginThrottleTests {
    private static func pair(_ user: String, _ address: UInt8) -> LoginThrottle.Pair {
        .init(user: user, address: NetworkAddress("10.0.0.\(address)"))
    }

    private func wait(_ decision: LoginThrottle.Decision) -> Duration {
        if case .wait(let wait) = decision { wait } else { .zero }
    }

    @Test func waitsDoubleUpToHalfAMinute() {
        let throttle = ThrottleBox()
        let alice = Self.pair("alice", 1)
        // Known at the address, so that only the user's count slows.
        _ = throttle.attempt(alice, at: .zero)
        throttle.succeeded(alice)
        var now = Duration.zero
        var waits: [Duration] = []
        for _ in 0..<12 {
            let wait = wait(throttle.attempt(alice, at: now))
            waits.append(wait)
            guard wait > .zero else { continue }
            now += wait
            #expect(throttle.attempt(alice, at: now) == .allowed)
        }
        #expect(waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
    }

    /// Where all come by one address, as behind 127.0.0.1, her browser is known by its cookie.
    @Test func atASharedAddressAKnownBrowserIsNotSlowedByOthers() {
        let throttle = ThrottleBox()
        let attacker = Self.pair("alice", 1)
        let alice = LoginThrottle.Pair(
            user: "alice", address: NetworkAddress("10.0.0.1"), device: Data([1]))
        var now = Duration.zero
        var allowed = 0
        for tick in 0..<2_000 {
            now += .milliseconds(150)
            _ = throttle.attempt(attacker, at: now)
            guard tick % 100 == 99 else { continue }
            if throttle.attempt(alice, at: now) == .allowed { allowed += 1 }
            throttle.succeeded(alice)
        }
        #expect(allowed == 20)
        // A stolen cookie guesses no faster than an address does.
        var guesses = 0
        for _ in 0..<3_600 {
            now += .seconds(1)
            if throttle.attempt(alice, at: now) == .allowed { guesses += 1 }
        }
        #expect(guesses < 130, "\(guesses) within an hour")
    }

    @Test func clientsElsewhereCannotLockAliceOut() {
        let throttle = ThrottleBox()
        // At home she has logged in before.
        let home = Self.pair("alice", 250)
        _ = throttle.attempt(home, at: .zero)
        throttle.succeeded(home)
        var now = Duration.zero
        // 50 addresses try alice's password for a quarter of an hour, as fast as they are let.
        func storm(_ seconds: Int) {
            for _ in 0..<seconds {
                now += .seconds(1)
                for number in 0..<50 { _ = throttle.attempt(Self.pair("alice", UInt8(number)), at: now) }
            }
        }
        storm(1_000)
        #expect(throttle.attempt(home, at: now) == .allowed)
        // On a journey she is under one limit with them, of whom each has one reservation, and hers is kept.
        let hotel = LoginThrottle.Pair(user: "alice", address: NetworkAddress("192.0.2.1"))
        let turn = wait(throttle.attempt(hotel, at: now))
        #expect(turn > .zero && turn <= NewDeviceRateLimiter.interval * 51)
        storm(Int(turn.components.seconds))
        #expect(throttle.attempt(hotel, at: now) == .allowed)
        throttle.succeeded(hotel)
        #expect(throttle.attempt(hotel, at: now) == .allowed, "known from now on")
    }

    @Test func guessesFromManyAddressesShareOneLimit() {
        let throttle = ThrottleBox()
        var allowed = 0
        // Ten new addresses a second, for ten minutes: each has its first try free but for the shared limit.
        for second in 0..<600 {
            for number in 0..<10 {
                let address = NetworkAddress("10.\(second >> 8).\(second & 255).\(number)")
                let pair = LoginThrottle.Pair(user: "alice", address: address)
                if throttle.attempt(pair, at: .seconds(second)) == .allowed { allowed += 1 }
            }
        }
        #expect(allowed >= 30 && allowed <= 30 + 120)
        // Another user has another limit.
        let bob = LoginThrottle.Pair(user: "bob", address: NetworkAddress("192.0.2.1"))
        #expect(throttle.attempt(bob, at: .seconds(600)) == .allowed)
    }

    @Test func theNetworksOfOneSiteAreCountedTogether() {
        let throttle = ThrottleBox()
        let allowed = (0..<200).count { number in
            let address = NetworkAddress("2001:db8:7:\(number)::1")
            return throttle.attempt(.init(user: "user\(number)", address: address), at: .zero) == .allowed
        }
        #expect(allowed == 40)
        let elsewhere = NetworkAddress("2001:db8:8::1")
        #expect(throttle.attempt(.init(user: "user", address: elsewhere), at: .zero) == .allowed)
    }

    @Test func oneAddressThatTriesManyNamesIsSlowed() {
        let throttle = ThrottleBox()
        for number in 0..<10 {
            #expect(throttle.attempt(Self.pair("user\(number)", 1), at: .zero) == .allowed)
        }
        #expect(throttle.attempt(Self.pair("another", 1), at: .zero) == .wait(.seconds(1)))
        #expect(throttle.attempt(Self.pair("another", 2), at: .zero) == .allowed)
    }

    @Test func aKnownUserIsNotSlowedByOtherUsersOfTheAddress() {
        let throttle = ThrottleBox()
        let alice = Self.pair("alice", 1)
        #expect(throttle.attempt(alice, at: .zero) == .allowed)
        throttle.succeeded(alice)
        for number in 0..<20 { _ = throttle.attempt(Self.pair("user\(number)", 1), at: .zero) }
        #expect(throttle.attempt(alice, at: .zero) == .allowed)
    }

    @Test func aLoginDoesNotClearWrongTriesForOtherUsers() {
        let throttle = ThrottleBox()
        let mallory = Self.pair("mallory", 1)
        for number in 0..<10 {
            _ = throttle.attempt(Self.pair("user\(number)", 1), at: .zero)
            if throttle.attempt(mallory, at: .zero) == .allowed { throttle.succeeded(mallory) }
        }
        #expect(throttle.attempt(Self.pair("victim", 1), at: .zero) != .allowed)
    }

    @Test func manyTriesAtOnceCountLikeOneAfterTheOther() {
        let throttle = ThrottleBox()
        let allowed = (0..<100).count { _ in
            throttle.attempt(Self.pair("alice", 1), at: .zero) == .allowed
        }
        #expect(allowed == 5)
    }

    @Test func quietMakesItForget() {
        let throttle = ThrottleBox()
        for _ in 0..<5 { _ = throttle.attempt(Self.pair("alice", 1), at: .zero) }
        let later = LoginThrottle.memory
        for _ in 0..<5 { #expect(throttle.attempt(Self.pair("alice", 1), at: later) == .allowed) }
    }

    @Test func aFloodOfNamesKeepsTheTablesSmallAndTheAddressSlow() {
        let entriesMax = 100
        let throttle = ThrottleBox(entriesMax: entriesMax)
        var allowed = 0
        for number in 0..<entriesMax * 2 {
            let flood = Self.pair("user\(number)", 1)
            if throttle.attempt(flood, at: .milliseconds(number * 50)) == .allowed { allowed += 1 }
        }
        #expect(allowed < 20)
        for number in 0..<entriesMax * 3 {
            let address = NetworkAddress("10.1.\(number >> 8).\(number & 255)")
            _ = throttle.attempt(.init(user: "user\(number)", address: address), at: .seconds(100))
        }
        #expect(throttle.entryCount <= 6 * (entriesMax + 1))
    }
}

/// Holds the throttle by reference, so that tries can stand inside expectations.
private final class ThrottleBox {
    private var throttle: LoginThrottle

    init(entriesMax: Int = 10_000) { throttle = LoginThrottle(entriesMax: entriesMax) }

    var entryCount: Int { throttle.entryCount }

    func attempt(_ pair: LoginThrottle.Pair, at now: Duration) -> LoginThrottle.Decision {
        throttle.attempt(pair, at: now)
    }

    func succeeded(_ pair: LoginThrottle.Pair) { throttle.succeeded(pair) }
}

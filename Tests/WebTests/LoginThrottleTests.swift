import Testing

@testable import Web

struct LoginThrottleTests {
    private static func pair(_ user: String, _ address: UInt8) -> LoginThrottle.Pair {
        .init(user: user, address: [10, 0, 0, address])
    }

    private func wait(_ decision: LoginThrottle.Decision) -> Duration {
        if case .wait(let wait) = decision { wait } else { .zero }
    }

    @Test func waitsDoubleUpToHalfAMinute() {
        let throttle = Desk()
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

    @Test func aStrangerElsewhereCannotLockAliceOut() {
        let throttle = Desk()
        var now = Duration.zero
        // A thousand addresses try alice's password for a day, as fast as they are let.
        for second in 0..<3_000 {
            now = .seconds(second)
            _ = throttle.attempt(Self.pair("alice", UInt8(second % 200)), at: now)
        }
        let alice = LoginThrottle.Pair(user: "alice", address: [192, 0, 2, 1])
        #expect(throttle.attempt(alice, at: now) == .allowed)
        // A mistake of her own costs her half a minute, whatever the others do meanwhile.
        let wait = wait(throttle.attempt(alice, at: now))
        #expect(wait > .zero && wait <= LoginThrottle.userWaitMax)
        for second in 1...30 {
            _ = throttle.attempt(Self.pair("alice", UInt8(second)), at: now + .seconds(second))
        }
        #expect(throttle.attempt(alice, at: now + wait) == .allowed)
    }

    @Test func oneAddressThatTriesManyNamesIsSlowed() {
        let throttle = Desk()
        for number in 0..<10 {
            #expect(throttle.attempt(Self.pair("user\(number)", 1), at: .zero) == .allowed)
        }
        #expect(throttle.attempt(Self.pair("another", 1), at: .zero) == .wait(.seconds(1)))
        #expect(throttle.attempt(Self.pair("another", 2), at: .zero) == .allowed)
    }

    @Test func whoHasLoggedInFromAnAddressIsNotSlowedByOthersThere() {
        let throttle = Desk()
        let alice = Self.pair("alice", 1)
        #expect(throttle.attempt(alice, at: .zero) == .allowed)
        throttle.succeeded(alice)
        for number in 0..<20 { _ = throttle.attempt(Self.pair("user\(number)", 1), at: .zero) }
        #expect(throttle.attempt(alice, at: .zero) == .allowed)
    }

    @Test func anOwnLoginDoesNotWashAwayWrongTriesForOthers() {
        let throttle = Desk()
        let mallory = Self.pair("mallory", 1)
        for number in 0..<10 {
            _ = throttle.attempt(Self.pair("user\(number)", 1), at: .zero)
            if throttle.attempt(mallory, at: .zero) == .allowed { throttle.succeeded(mallory) }
        }
        #expect(throttle.attempt(Self.pair("victim", 1), at: .zero) != .allowed)
    }

    @Test func manyTriesAtOnceCountLikeOneAfterTheOther() {
        let throttle = Desk()
        let allowed = (0..<100).count { _ in
            throttle.attempt(Self.pair("alice", 1), at: .zero) == .allowed
        }
        #expect(allowed == 5)
    }

    @Test func quietMakesItForget() {
        let throttle = Desk()
        for _ in 0..<5 { _ = throttle.attempt(Self.pair("alice", 1), at: .zero) }
        let later = LoginThrottle.memory
        for _ in 0..<5 { #expect(throttle.attempt(Self.pair("alice", 1), at: later) == .allowed) }
    }

    @Test func aFloodOfNamesKeepsTheTablesSmallAndTheAddressSlow() {
        let entriesMax = 100
        let throttle = Desk(entriesMax: entriesMax)
        var allowed = 0
        for number in 0..<entriesMax * 2 {
            let flood = LoginThrottle.Pair(user: "user\(number)", address: [10, 0, 0, 1])
            if throttle.attempt(flood, at: .milliseconds(number * 50)) == .allowed { allowed += 1 }
        }
        #expect(allowed < 20)
        for number in 0..<entriesMax * 3 {
            let bytes = withUnsafeBytes(of: UInt32(number)) { Array($0) }
            _ = throttle.attempt(.init(user: "user\(number)", address: bytes), at: .seconds(100))
        }
        #expect(throttle.entryCount <= 3 * entriesMax + 3)
    }
}

/// Keeps the throttle in one place, so that tries can stand inside expectations.
private final class Desk {
    private var throttle: LoginThrottle

    init(entriesMax: Int = 10_000) { throttle = LoginThrottle(entriesMax: entriesMax) }

    var entryCount: Int { throttle.entryCount }

    func attempt(_ pair: LoginThrottle.Pair, at now: Duration) -> LoginThrottle.Decision {
        throttle.attempt(pair, at: now)
    }

    func succeeded(_ pair: LoginThrottle.Pair) { throttle.succeeded(pair) }
}

import Synchronization
import TestSupport
import Testing

/// The trait that the heavy tests of all targets have.
@Suite(.limited(.processor))
struct ResourceLimitTests {
    private static let atATime = Mutex((now: 0, most: 0))

    private static var hasThreadsOfItsOwn: Bool {
        withUnsafeCurrentTask { $0?.unownedTaskExecutor != nil }
    }

    @Test func aTestThatBlocksHoldsNoThreadOfSwiftsConcurrency() {
        #expect(Self.hasThreadsOfItsOwn)
    }

    @Test func norDoesATestThatWaited() async {
        await Task.yield()
        #expect(Self.hasThreadsOfItsOwn)
        #expect(
            await Task { Self.hasThreadsOfItsOwn }.value == false, "what a test starts is where it always is")
    }

    @Test(arguments: 0..<20)
    func oneTestAtATimeUsesTheProcessor(number: Int) async throws {
        Self.atATime.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        try await ContinuousClock().sleep(for: .milliseconds(1))
        Self.atATime.withLock { $0.now -= 1 }
        #expect(Self.atATime.withLock { $0.most } == 1)
    }
}

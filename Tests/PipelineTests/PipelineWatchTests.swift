import Support
import Synchronization
import Testing

@testable import Pipeline

struct PipelineWatchTests {
    /// A loop that turns when it is woken, unless it hangs.
    private final class Loop: ServiceLoop {
        private let state = Mutex((rounds: 0, hangs: false))

        var rounds: Int { state.withLock(\.rounds) }
        var hangs: Bool {
            get { state.withLock(\.hangs) }
            set { state.withLock { $0.hangs = newValue } }
        }

        func wake() { state.withLock { if !$0.hangs { $0.rounds += 1 } } }
    }

    @Test func aLoopThatDoesNotTurnIsNamedUntilItTurnsAgain() {
        let (intake, reports) = (Loop(), Loop())
        var watch = PipelineWatch([("intake", intake), ("reports", reports)])
        #expect(!watch.haveAllTurned)
        #expect(watch.look().isEmpty, "there is nothing to compare with yet")
        #expect(watch.haveAllTurned)
        #expect(watch.look().isEmpty)
        reports.hangs = true
        _ = watch.look()
        #expect(watch.look() == ["reports"])
        intake.hangs = true
        _ = watch.look()
        #expect(watch.look() == ["intake", "reports"])
        (intake.hangs, reports.hangs) = (false, false)
        _ = watch.look()
        #expect(watch.look().isEmpty)
    }

    @Test func mailboxesTurnOnlyWithTheirReaders() async {
        let mailbox = Mailbox<Int>()
        var watch = PipelineWatch([("intake", mailbox)])
        _ = watch.look()
        #expect(watch.look() == ["intake"])
        _ = await mailbox.take(upTo: nil, clock: SystemClock())
        #expect(watch.look().isEmpty)
    }
}

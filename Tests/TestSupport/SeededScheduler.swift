import Dispatch
import Glibc
import Support
import Synchronization

/// Runs the tasks and the actors of a test on one thread, a job at a time, in an order that a seed draws.
///
/// A job is what runs between two suspensions. The jobs of one actor keep their order, as on its own thread;
/// between actors and tasks any order is possible, as on several threads. When no job is left everything
/// waits for the clock or for the test: no guess, and no pause in real time.
///
/// Tasks begin with `start` or `enter`; actors take their executors from `makeExecutor`. Jobs run on the
/// thread that calls `run`. Only what was announced, by `enter` or `outside`, may bring a job from another
/// thread.
package final class SeededScheduler: TaskExecutor {
    private struct LaneJob {
        var job: UnownedJob
        var lane: Lane
    }

    private struct State {
        var generator: SeededGenerator
        /// Jobs of tasks that are on no actor: each may be next.
        var loose: [UnownedJob] = []
        /// Jobs by actor, in their order.
        var lanes: [[LaneJob]] = []
        /// What was announced and runs on other threads.
        var outside = 0
        /// Jobs that another thread brought although nothing was announced.
        var strays = 0
        var thread: pthread_t?
        var isFinished = false
    }

    private let state: Mutex<State>
    private let arrival = DispatchSemaphore(value: 0)

    package init(seed: UInt64) { state = Mutex(State(generator: SeededGenerator(seed: seed))) }

    /// Whether another thread resumed a task unannounced: then the order is not the seed's alone.
    package var hasStrays: Bool { state.withLock { $0.strays > 0 } }

    // MARK: Bringing jobs

    /// A task whose jobs, and those of its child tasks, run here.
    @discardableResult
    package func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self) { await body() }
    }

    /// The executor of one actor.
    package func makeExecutor() -> any SerialExecutor {
        let number = state.withLock { state in
            state.lanes.append([])
            return state.lanes.count - 1
        }
        return Lane(scheduler: self, number: number)
    }

    package func enqueue(_ job: consuming ExecutorJob) { add(UnownedJob(job), lane: nil) }

    fileprivate func add(_ job: UnownedJob, lane: Lane?) {
        let isHome = state.withLock { state in
            let isHome = state.thread.map { pthread_equal(pthread_self(), $0) != 0 } ?? false
            if !isHome, state.thread != nil, state.outside == 0 { state.strays += 1 }
            if let lane {
                state.lanes[lane.number].append(LaneJob(job: job, lane: lane))
            } else {
                state.loose.append(job)
            }
            return isHome
        }
        if !isHome { arrival.signal() }
    }

    /// Runs a part of the present task here, with its child tasks; for a task that began elsewhere.
    package func enter<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        announce(1)
        return try await withTaskExecutorPreference(self) {
            announce(-1)
            return try await body()
        }
    }

    /// Waits for something that runs on other threads and takes real time, such as an exchange over a socket.
    /// Nothing counts as idle meanwhile.
    package func outside<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        announce(1)
        let value = await withCheckedContinuation { continuation in
            Task.detached { continuation.resume(returning: await work()) }
        }
        announce(-1)
        return value
    }

    private func announce(_ change: Int) { state.withLock { $0.outside += change } }

    // MARK: Running

    /// How a run ended.
    package enum Ending: Hashable, Sendable {
        /// No job can run before the clock moves or the test does something.
        case idle
        /// The limit of jobs was reached first.
        case limit
    }

    /// Runs jobs until none is left, at most `limit` of them.
    package func run(jobs limit: Int = .max) -> Ending {
        state.withLock { $0.thread = pthread_self() }
        for _ in 0..<limit {
            while !runNext() {
                guard state.withLock({ $0.outside > 0 }) else { return .idle }
                arrival.wait()
            }
        }
        return .limit
    }

    /// Runs everything in the time of a clock until `finish`: whenever nothing can run, and `lookers` have
    /// seen that, the clock moves on to the next deadline.
    package func run(moving clock: ManualClock, lookers: Lookers, atMost bound: Duration) {
        let end = clock.passed + bound
        while true {
            _ = run()
            lookers.look()
            _ = run()
            if state.withLock({ $0.isFinished }) { return }
            if let next = clock.nextDeadline, next <= end {
                clock.advance(to: next)
            } else if !lookers.giveUp() {
                // Nothing is left to happen but what another thread brings.
                arrival.wait()
            }
        }
    }

    /// Ends `run(moving:)`, from one of its own jobs.
    package func finish() { state.withLock { $0.isFinished = true } }

    /// Returns false if there is no job.
    private func runNext() -> Bool {
        let next: (job: UnownedJob, lane: Lane?)? = state.withLock { state in
            let busy = state.lanes.indices.filter { !state.lanes[$0].isEmpty }
            let count = state.loose.count + busy.count
            guard count > 0 else { return nil }
            let choice = count == 1 ? 0 : state.generator.below(count)
            if choice < state.loose.count { return (state.loose.remove(at: choice), nil) }
            let next = state.lanes[busy[choice - state.loose.count]].removeFirst()
            return (next.job, next.lane)
        }
        guard let next else { return false }
        if let lane = next.lane {
            next.job.runSynchronously(on: lane.asUnownedSerialExecutor())
        } else {
            next.job.runSynchronously(on: asUnownedTaskExecutor())
        }
        return true
    }
}

/// What waits for a fact, and looks whether it is true whenever nothing else can run.
package final class Lookers: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, any Error>]>([])

    package init() {}

    /// Waits for a fact, in the time of a clock that the scheduler moves; throws if it never comes true.
    package func until<Value>(
        _ what: String, isolation: isolated (any Actor)? = #isolation, _ fact: () async throws -> Value?
    ) async throws -> Value {
        while true {
            if let value = try await fact() { return value }
            do {
                try await withCheckedThrowingContinuation { continuation in
                    waiting.withLock { $0.append(continuation) }
                }
            } catch {
                throw NothingLeft(what: what)
            }
        }
    }

    fileprivate func look() { for waiting in takeAll() { waiting.resume() } }

    /// Returns whether anything waited.
    fileprivate func giveUp() -> Bool {
        let waiting = takeAll()
        for waiting in waiting { waiting.resume(throwing: CancellationError()) }
        return !waiting.isEmpty
    }

    private func takeAll() -> [CheckedContinuation<Void, any Error>] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}

/// A fact that cannot come true any more: nothing is left that could happen.
package struct NothingLeft: Error, CustomStringConvertible {
    let what: String

    package var description: String { "never, although nothing is left to happen: \(what)" }
}

/// The executor of one actor.
private final class Lane: SerialExecutor {
    let number: Int
    private let scheduler: SeededScheduler

    init(scheduler: SeededScheduler, number: Int) {
        self.scheduler = scheduler
        self.number = number
    }

    func enqueue(_ job: consuming ExecutorJob) { scheduler.add(UnownedJob(job), lane: self) }
}

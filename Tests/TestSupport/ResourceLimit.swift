import Synchronization
package import Testing

/// Trait for tests that use much of the machine: a few of them run at a time, on threads of their own.
///
/// Swift Testing begins all tests at once, and Swift's concurrency has one thread a core. A test that
/// computes or blocks would hold the threads on which the servers of all the other tests answer. So such
/// tests queue for permits here, before they and their bounds of time begin, and run on `TestThreads`.
package struct ResourceLimit: SuiteTrait, TestTrait, TestScoping {
    /// What a test uses.
    package enum Resource: Int, CaseIterable, Sendable {
        /// A Chromium. Before the others: a test that waits for it holds nothing that others wait for.
        case browser
        /// The real programs.
        case daemon
        /// A server in this process, and its clients.
        case server
        /// A core, for a second or longer.
        case processor

        fileprivate var permitsMax: Int {
            switch self {
            case .daemon, .server: 4
            case .browser, .processor: 1
            }
        }
    }

    fileprivate let resources: [Resource]

    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withPermits(resources[...]) {
            try await withoutActuallyEscaping(function) { function in
                try await withTaskExecutorPreference(TestThreads.shared) {
                    // Swift Testing's own limit would run while a test waits for its permits.
                    try await bounded("the end of \(test.name)", within: Self.hangLimit, function)
                }
            }
        }
    }

    private func withPermits(
        _ rest: ArraySlice<Resource>, _ body: @Sendable () async throws -> Void
    ) async throws {
        guard let first = rest.first else { return try await body() }
        try await Permits.of(first).with { try await withPermits(rest.dropFirst(), body) }
    }

    /// Ends a test that hangs, so that the run ends.
    private static let hangLimit: Duration = .seconds(3_600)
}

extension Trait where Self == ResourceLimit {
    /// No more tests at a time than these resources are for.
    package static func limited(_ resources: ResourceLimit.Resource...) -> Self {
        // In one order, so that no two tests wait for each other.
        ResourceLimit(resources: resources.sorted { $0.rawValue < $1.rawValue })
    }
}

/// Counting semaphore for tasks; first come, first served.
private final class Permits: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    private init(_ count: Int) { state = Mutex(State(free: count)) }

    private static let all = ResourceLimit.Resource.allCases.map { Permits($0.permitsMax) }

    static func of(_ resource: ResourceLimit.Resource) -> Permits { all[resource.rawValue] }

    func with(_ body: () async throws -> Void) async rethrows {
        await take()
        defer { giveBack() }
        try await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

/// Threads for tests that may block: as many as are needed.
private final class TestThreads: TaskExecutor {
    static let shared = TestThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        onThreadOfItsOwn { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

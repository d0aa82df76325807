import Foundation
import Logging
import Model
import Store
import Support
import Synchronization

/// Looks now and then for what no transaction tells of: lists without answers, a used-up quota, an outbox
/// that is too full.
actor NotificationWatch {
    private enum Event: Sendable {
        /// Something may keep all hashes from being asked from now on.
        case troubleBegan
        case stop
    }

    private let store: NotificationStore
    private let stuckAfter: Duration
    private let trouble: @Sendable () async -> LookupTrouble?
    private let clock: any ServiceClock
    private let logger: Logger
    private let mailbox = Mailbox<Event>()
    private let isStopping = Mutex(false)
    private let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var nextLook: Duration = .zero
    private var nextPruning: Duration = .zero
    /// When the day's quota was last seen used up, by the clock that never steps. A list that waits for the
    /// next day is not stuck.
    private var quotaWaitedAt: Duration?

    private static let intervalMax: Duration = .seconds(300)
    private static let pruningInterval: Duration = .seconds(3600)
    /// How long notifications stay in the outbox.
    static let keep: Duration = .seconds(30 * 86_400)
    /// How many notifications the outbox holds at most; some 1 kB each.
    private static let rowsMax = 100_000

    init(
        _ store: NotificationStore, stuckAfter: Duration, runtime: ServiceRuntime, logger: Logger,
        trouble: @escaping @Sendable () async -> LookupTrouble?
    ) {
        self.store = store
        self.stuckAfter = stuckAfter
        self.trouble = trouble
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.notify.watch")
        self.logger = logger
    }

    nonisolated func stop() {
        isStopping.withLock { $0 = true }
        mailbox.post(once: .stop)
    }

    /// Lookups have begun to wait: why is looked up now, and all else when it is due.
    nonisolated func troubleBegan() { mailbox.post(once: .troubleBegan) }

    private var isOver: Bool { Task.isCancelled || isStopping.withLock(\.self) }

    func run() async {
        while !isOver {
            do {
                if clock.now.monotonic >= nextLook {
                    // Also after a failure it waits.
                    defer { nextLook = clock.now.monotonic + min(Self.intervalMax, stuckAfter / 4) }
                    try await look()
                } else {
                    try await tellOfTrouble()
                }
            } catch is CancellationError {
                return
            } catch {
                logger.error(
                    "It cannot be looked for lists that wait for long; it is tried again.",
                    metadata: ["reason": "\(sentence(for: error))"])
            }
            guard !isOver else { return }
            _ = await mailbox.take(upTo: max(.zero, nextLook - clock.now.monotonic), clock: clock)
        }
    }

    /// Looks once.
    func look() async throws {
        let trouble = try await tellOfTrouble()
        let now = clock.now.wall
        var place: Int64? = 0
        try await clock.runSlices {
            guard !isOver, let last = place else { return false }
            place = try store.noteProgress(after: last, at: now)
            return place != nil
        }
        try tellOfStuck(trouble, at: clock.now)
        if clock.now.monotonic >= nextPruning {
            try await prune(at: now)
            nextPruning = clock.now.monotonic + Self.pruningInterval
        }
    }

    /// Looks what keeps all hashes from being asked, and tells of it once a day.
    @discardableResult
    private func tellOfTrouble() async throws -> LookupTrouble? {
        let trouble = await trouble()
        let now = clock.now.wall
        if let trouble, let subject = trouble.subject(at: now) {
            try store.tellOfQuota(trouble.reason, subject: subject, at: now)
        }
        return trouble
    }

    private func tellOfStuck(_ trouble: LookupTrouble?, at now: ClockReading) throws {
        if case .quota(.day, _) = trouble { quotaWaitedAt = now.monotonic }
        if let quotaWaitedAt, now.monotonic - quotaWaitedAt < stuckAfter { return }
        let stuck = try store.tellOfStuck(
            since: now.wall - stuckAfter.seconds, reason: trouble?.reason, at: now.wall)
        if stuck > 0 {
            logger.warning("Lists have had no answer for long.", metadata: ["lists": "\(stuck)"])
        }
    }

    private func prune(at now: Date) async throws {
        var lost = 0
        try await clock.runSlices {
            let pruned = try store.prune(before: now - Self.keep.seconds, max: Self.rowsMax)
            lost += pruned.lost
            return pruned.hasMore && !isOver
        }
        if lost > 0 {
            logger.error(
                "The outbox is full; the oldest notifications are given up.",
                metadata: ["notifications": "\(lost)"])
        }
    }
}

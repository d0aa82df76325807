import Foundation
import Logging
import MetricNames
import Store
import Support
import Synchronization

/// Delivers the notifications of one channel, one after the other, in the order in which they were queued as
/// far as they do not fail.
actor DeliveryLane {
    private enum Event: Sendable {
        case queued
        case stop
    }

    private let method: any DeliveryMethod
    private let links: MessageLinks
    private let store: NotificationStore
    private let clock: any ServiceClock
    private var generator: any RandomNumberGenerator & Sendable
    private let logger: Logger
    private let onResult: @Sendable (NotificationChannel, NotificationResult) -> Void
    private let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let mailbox = Mailbox<Event>()
    private let isStopping = Mutex(false)
    private var schedule = DeliverySchedule()
    private var failureLines = LogRateLimiter()
    /// What became of messages and is not in the database yet: of several it is written together.
    private var settlements: [OutboxSettlement] = []
    private var unwrittenSince: Duration?
    /// What has been attempted of the messages that were read last: one mail may take several of them.
    private var attempted: Set<Int64> = []
    private var worksAgain = false
    private var loggedTrouble: String?

    /// Messages that are read at once.
    private static let entriesMax = 50
    /// Of one mail.
    private static let digestMax = 200
    /// So long what became of messages waits for more of it: a kill repeats no more.
    private static let writingDelay: Duration = .seconds(1)
    /// When the database cannot be read or written.
    private static let troubleWait: Duration = .seconds(60)
    /// The wall clock by which messages are due may be put forward.
    private static let waitMax: Duration = .seconds(900)

    init(
        _ method: any DeliveryMethod, links: MessageLinks, store: NotificationStore, runtime: ServiceRuntime,
        logger: Logger, onResult: @escaping @Sendable (NotificationChannel, NotificationResult) -> Void
    ) {
        self.method = method
        self.links = links
        self.store = store
        clock = runtime.clock
        generator = runtime.generator
        executor = runtime.makeExecutor("hashdrop.notify.\(method.channel.rawValue)")
        self.logger = logger
        self.onResult = onResult
    }

    /// Notifications were queued, of this channel or another.
    nonisolated func wake() { mailbox.post(once: .queued) }

    /// Nothing more is begun; what is under way goes on until its task is cancelled.
    nonisolated func stop() {
        isStopping.withLock { $0 = true }
        mailbox.post(once: .stop)
    }

    /// Works until it is stopped. What is cut off is delivered again at the next start.
    func run() async {
        while !isOver {
            var wait: Duration?
            do {
                wait = try await turn()
                loggedTrouble = nil
            } catch {
                wait = Self.troubleWait
                tell(trouble: sentence(for: error))
            }
            guard !isOver else { break }
            _ = await mailbox.take(upTo: wait, clock: clock)
        }
        do {
            try write()
        } catch {
            tell(trouble: sentence(for: error))
        }
    }

    private var isOver: Bool { Task.isCancelled || isStopping.withLock(\.self) }

    /// Delivers what is due.
    ///
    /// - Returns: how long to wait for the next; nil until something is queued.
    private func turn() async throws -> Duration? {
        try write()
        let now = clock.now
        if let rest = schedule.rest(at: now.monotonic) { return rest }
        let entries = try store.due(
            method.channel, at: now.wall, limit: schedule.isProbing ? 1 : Self.entriesMax)
        if entries.isEmpty {
            return try store.nextDue(method.channel).map {
                min(max(.milliseconds(1), .seconds($0.timeIntervalSince(now.wall))), Self.waitMax)
            }
        }
        attempted = []
        for entry in entries where !attempted.contains(entry.rowID) {
            guard !isOver, schedule.rest(at: clock.now.monotonic) == nil else { break }
            try await deliver(entry)
            if let unwrittenSince, clock.now.monotonic - unwrittenSince >= Self.writingDelay { try write() }
        }
        try write()
        return .zero
    }

    private func deliver(_ entry: OutboxEntry) async throws {
        var (entries, subscription) = ([entry], Subscription?.none)
        if let recipient = entry.recipient {
            subscription = try store.subscription(of: recipient)
            if entry.digest != nil || (subscription?.digest ?? .zero) > .zero {
                // Those that were settled a moment ago must not be among them.
                try write()
                entries = try store.digest(of: entry, limit: Self.digestMax)
            }
        }
        guard !entries.isEmpty else { return }
        let message = NotificationMessage(entries, links: links)
        let outcome = await method.deliver(message, to: subscription, at: clock.now.wall)
        // What was cut off has neither failed nor been delivered for sure.
        if case .failed = outcome, Task.isCancelled { return }
        note(outcome, of: entries)
    }

    private func note(_ outcome: DeliveryOutcome, of entries: [OutboxEntry]) {
        let now = clock.now
        if schedule.note(outcome, at: now.monotonic, using: &generator) { worksAgain = true }
        unwrittenSince = unwrittenSince ?? now.monotonic
        for entry in entries {
            attempted.insert(entry.rowID)
            let result = DeliverySchedule.result(
                of: outcome, failedBefore: entry.attempts, createdAt: entry.createdAt, at: now.wall,
                using: &generator)
            settlements.append(OutboxSettlement(rowID: entry.rowID, result: result))
            tell(result, of: entry, at: now.monotonic)
        }
    }

    private func tell(_ result: OutboxSettlement.Result, of entry: OutboxEntry, at now: Duration) {
        var metadata: Logger.Metadata = [
            "notification": "\(entry.id)", "channel": "\(method.channel.rawValue)",
        ]
        switch result {
        case .delivered:
            onResult(method.channel, .delivered)
            logger.debug("Notified.", metadata: metadata)
        case .postponed(_, let reason):
            onResult(method.channel, .failed)
            guard let leftOut = failureLines.admit(at: now) else { return }
            metadata["reason"] = "\(reason)"
            metadata["attempts"] = "\(entry.attempts + 1)"
            if leftOut > 0 { metadata["left-out"] = "\(leftOut)" }
            logger.warning("A notification failed; it is tried again.", metadata: metadata)
        case .givenUp(let reason):
            onResult(method.channel, .givenUp)
            metadata["reason"] = "\(reason)"
            logger.error("A notification is given up.", metadata: metadata)
        }
    }

    private func tell(trouble: String) {
        if trouble != loggedTrouble {
            logger.error(
                "Notifications wait: the outbox cannot be used.",
                metadata: ["channel": "\(method.channel.rawValue)", "reason": "\(trouble)"])
        }
        loggedTrouble = trouble
    }

    private func write() throws {
        try store.settle(settlements)
        (settlements, unwrittenSince) = ([], nil)
        guard worksAgain else { return }
        try store.hasten(method.channel, at: clock.now.wall)
        worksAgain = false
    }
}

import Curl
import Foundation
import Logging
import MetricNames
import Model
import ServiceLifecycle
import Store
import Support
import Synchronization
import TestSupport

@testable import Notifications

/// A database with users, and the service over it, under a clock that the test moves.
final class NotificationFixture: Sendable {
    let folder = TemporaryFolder()
    let clock = ManualClock()
    let database: HashdropDatabase
    let results = Mutex<[NotificationResult: Int]>([:])
    let trouble = Mutex<LookupTrouble?>(nil)

    init(in other: TemporaryFolder? = nil) throws {
        database = try HashdropDatabase(
            path: (other ?? folder).path("test.sqlite"), endpoint: "https://example.test")
        guard other == nil else { return }
        for name in ["alice", "bob", "carol"] {
            let user = User(
                name: Samples.user(name), isAdministrator: name == "carol", createdAt: Samples.now)
            try database.users.add(user)
        }
    }

    func service(
        _ options: NotificationOptions, curl: CurlOptions = CurlOptions()
    ) throws -> NotificationService {
        var runtime = ServiceRuntime()
        runtime.clock = clock
        runtime.generator = SeededGenerator(seed: 1)
        return try NotificationService(
            options, database: database, curl: curl, runtime: runtime, logger: Logger(label: "test"),
            trouble: { self.trouble.withLock(\.self) },
            onResult: { _, result in self.results.withLock { $0[result, default: 0] += 1 } })
    }

    /// Runs the service while `body` runs, and stops it in good order.
    func run(
        _ options: NotificationOptions, curl: CurlOptions = CurlOptions(),
        _ body: () async throws -> Void
    ) async throws {
        let service = try service(options, curl: curl)
        let group = ServiceGroup(
            configuration: .init(services: [service], logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            // What is under way is cut off when the service's own moment has passed, and not by its own time,
            // which is longer.
            let isOver = Mutex(false)
            tasks.addTask {
                try await eventually("the service ends") {
                    if let next = self.clock.nextDeadline, next <= self.clock.passed + .seconds(2) {
                        self.clock.advance(to: next)
                    }
                    return isOver.withLock(\.self)
                }
            }
            try await tasks.next()
            isOver.withLock { $0 = true }
        }
    }

    /// Waits until `fact` holds, and moves the clock by a minute before each look.
    func eventuallyByMinutes(_ what: String, _ fact: () throws -> Bool) async throws {
        try await eventually(what) {
            if try fact() { return true }
            clock.advance(by: .seconds(60))
            return false
        }
    }

    /// A file that was refused, and is reported.
    @discardableResult
    func refuse(
        _ name: String = "photo.png", user: String = "alice", reason: String = "The file is no text."
    ) throws -> Job {
        var job = Samples.job(user: user, name: name, state: .refused, receivedAt: clock.now.wall)
        job.reason = reason
        try database.jobs.refuse(job)
        try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        return job
    }

    func subscribe(
        _ user: String = "alice", address: String? = nil,
        events: Set<NotificationEvent> = Set(NotificationEvent.allCases), digest: Duration = .zero
    ) throws {
        try database.notifications.subscribe(
            Subscription(
                user: Samples.user(user), address: MailAddress(address ?? "\(user)@example.org")!,
                events: events, digest: digest))
    }

    func waiting(_ channel: NotificationChannel) throws -> Int {
        try database.notifications.waiting()[channel] ?? 0
    }
}

extension NotificationOptions {
    /// Told of all events.
    static func all(hook: Hook? = nil, webhook: Webhook? = nil, mail: Mail? = nil) -> NotificationOptions {
        NotificationOptions(
            hook: hook, webhook: webhook, mail: mail, events: Set(NotificationEvent.allCases),
            pageURL: "https://hashdrop.example.org/", reportsDirectory: "/srv/reports")
    }
}

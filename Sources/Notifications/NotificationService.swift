package import Curl
import Foundation
package import Logging
package import MetricNames
import ServiceLifecycle
package import Store
package import Support

/// Delivers notifications from the outbox, each channel on its own, and looks for what is to be told.
///
/// Without a channel it does nothing, and nothing is queued.
package struct NotificationService: Service {
    private let lanes: [DeliveryLane]
    private let watch: NotificationWatch?
    private let clock: any ServiceClock

    /// What is under way when the daemon stops has so much time to end.
    private static let stopMoment: Duration = .seconds(2)

    /// Says what is queued from now on, and delivers nothing yet. Throws `NotificationError` for settings
    /// that cannot be used, `CurlError`, and what the database does.
    ///
    /// - Parameters:
    ///   - curl: certificates, user agent and times of the requests; a proxy is that of the environment.
    ///   - trouble: what keeps all hashes from being asked at the moment.
    ///   - onResult: counts what became of attempts.
    package init(
        _ options: NotificationOptions, database: HashdropDatabase, curl: CurlOptions,
        runtime: ServiceRuntime, logger: Logger, trouble: @escaping @Sendable () async -> LookupTrouble?,
        onResult: @escaping @Sendable (NotificationChannel, NotificationResult) -> Void = { _, _ in }
    ) throws {
        let store = database.notifications
        let links = MessageLinks(pageURL: options.pageURL, reportsDirectory: options.reportsDirectory)
        lanes = try options.methods(curl: curl, clock: runtime.clock).map { _, method in
            DeliveryLane(
                try method.get(), links: links, store: store, runtime: runtime, logger: logger,
                onResult: onResult)
        }
        watch =
            lanes.isEmpty
            ? nil
            : NotificationWatch(
                store, stuckAfter: options.stuckAfter, runtime: runtime, logger: logger, trouble: trouble)
        clock = runtime.clock
        var events: [NotificationChannel: Set<NotificationEvent>] = [:]
        if options.hook != nil { events[.hook] = options.events }
        if options.webhook != nil { events[.webhook] = options.events }
        if options.mail != nil { events[.mail] = [] }
        try store.use(events, forgetting: clock.now.wall - NotificationWatch.keep.seconds)
        guard !lanes.isEmpty else { return }
        store.observe { [lanes] in for lane in lanes { lane.wake() } }
    }

    /// Throws what `init` would throw for these options: `NotificationError` for settings that cannot be
    /// used, files that cannot be read and a hook that cannot be run, and `CurlError`.
    package static func check(_ options: NotificationOptions, curl: CurlOptions) throws {
        for (_, method) in options.methods(curl: curl, clock: SystemClock()) { _ = try method.get() }
    }

    /// Lookups have begun to wait: what keeps all hashes from being asked is told at once, and not only at
    /// the next look.
    package func lookupsWait() { watch?.troubleBegan() }

    /// Works until a graceful shutdown, and a moment longer if something is under way: it is delivered again
    /// at the next start.
    package func run() async throws {
        guard let watch else { return try await gracefulShutdown() }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await work(watch) }
                group.addTask {
                    do {
                        try await gracefulShutdown()
                        try await clock.sleep(for: Self.stopMoment)
                    } catch {
                        // All has ended before.
                    }
                }
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            for lane in lanes { lane.stop() }
            watch.stop()
        }
    }

    private func work(_ watch: NotificationWatch) async {
        await withDiscardingTaskGroup { group in
            for lane in lanes { group.addTask { await lane.run() } }
            group.addTask { await watch.run() }
        }
    }
}

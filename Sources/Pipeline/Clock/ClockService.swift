import Foundation
package import Logging
import ServiceLifecycle
package import Store
package import Support

/// Remembers each minute what is believed of the time, for the next start, and tells the log of leaps.
package actor ClockService: Service {
    private let ledger: QuotaLedger
    private let clock: SteadyClock
    private let logger: Logger
    private let mailbox = Mailbox<Stop>()
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var toldDoubt: Duration?
    private var toldLeap: ClockLeap?

    private struct Stop: Sendable, Equatable {}

    /// After a start of the machine a clock that is behind by less than this is not noticed.
    private static let interval: Duration = .seconds(60)

    package init(database: HashdropDatabase, clock: SteadyClock, runtime: ServiceRuntime, logger: Logger) {
        ledger = database.ledger
        self.clock = clock
        executor = runtime.makeExecutor("hashdrop.clock")
        self.logger = logger
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            self.mailbox.post(once: Stop())
        }
    }

    private func work() async {
        while !Task.isCancelled {
            look()
            if await !mailbox.take(upTo: Self.interval, clock: clock).isEmpty { break }
        }
        look()
    }

    private func look() {
        let now = clock.now
        tell(now)
        do {
            try ledger.note(leapOf: now)
            try ledger.remember(clock.memory)
        } catch {
            logger.error(
                "The time cannot be remembered; it is tried again in a minute.",
                metadata: ["reason": "\(sentence(for: error))"])
        }
    }

    private func tell(_ now: ClockReading) {
        let doubt = clock.doubtedOffset
        if let doubt, doubt.seconds.magnitude > ClockBelief.noticed.seconds, toldDoubt == nil {
            logger.warning(
                "The wall clock has leapt; it is believed when it has held for a minute.",
                metadata: ["seconds": "\(Int(doubt.seconds))"])
        }
        toldDoubt = doubt
        if let leap = now.leap, leap != toldLeap {
            let consequence =
                leap.mayBeTime
                ? "The clock has gone on by more than a day while the machine was off. No finished lists are "
                    + "removed for a day."
                : "The wall clock's leap is believed. No finished lists are removed until as much time has "
                    + "passed as they are kept, and the quota counts the last 24 hours and 31 days."
            logger.warning("\(consequence)", metadata: ["seconds": "\(Int(leap.offset.seconds))"])
        }
        toldLeap = now.leap
    }
}

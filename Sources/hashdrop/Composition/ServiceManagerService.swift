import Logging
import Lookup
import Model
import Pipeline
import ServiceLifecycle
import Support
import Systemd

/// Tells the service manager how the daemon is: ready once the pipeline turns, then a line of status and a
/// sign of life, and the end.
///
/// The sign of life is the pipeline's: while one of its loops does not turn there is none, and the service
/// manager starts the daemon again.
struct ServiceManagerService: Service {
    let pipeline: PipelineServices
    let clock: any ServiceClock
    let logger: Logger

    /// How often it is looked whether the start is over.
    private static let startLook: Duration = .milliseconds(20)
    /// How often the line of status is made again at least.
    private static let statusPeriodMax: Duration = .seconds(30)

    func run() async throws {
        do {
            guard ServiceManager.isListening else { return try await gracefulShutdown() }
            try await cancelWhenGracefulShutdown { try await tell() }
        } catch is CancellationError {
            ServiceManager.tell(.stopping, .status("Stops; what is in flight is finished and kept."))
        }
    }

    private func tell() async throws {
        while !pipeline.watch.haveAllTurned { try await clock.sleep(for: Self.startLook) }
        ServiceManager.tell(.ready)
        var watch = pipeline.watch
        var told: [String] = []
        let period = min(ServiceManager.watchdogPeriod.map { $0 / 2 } ?? .zero, Self.statusPeriodMax)
        while true {
            let still = watch.look()
            if still.isEmpty {
                ServiceManager.tell(.watchdog)
                ServiceManager.tell(.status(await status()))
            } else if still != told {
                logger.error(
                    "A part of the pipeline works at one thing for too long, or hangs.",
                    metadata: ["parts": "\(still.joined(separator: ", "))"])
            }
            told = still
            try await clock.sleep(for: period > .zero ? period : Self.statusPeriodMax)
        }
    }

    private func status() async -> String {
        let status = pipeline.reports.liveStatus
        return Self.line(
            await pipeline.lookups.health(), filesTrouble: status.folders.trouble,
            reportTrouble: status.reportTrouble)
    }

    /// For example `1,204 hashes of 2 users to ask, 412 of 500 requests today`.
    static func line(_ lookups: LookupHealth, filesTrouble: String?, reportTrouble: String?) -> String {
        let hashes = lookups.openHashes.values.reduce(0, +)
        let users = lookups.openHashes.count { $0.value > 0 }
        let queue =
            hashes == 0
            ? "Nothing to ask"
            : "\(hashes) \(hashes == 1 ? "hash" : "hashes") of "
                + "\(users) \(users == 1 ? "user" : "users") to ask"
        let quota = lookups.day.limit == 0 ? "" : " of \(lookups.day.limit)"
        let troubles = [
            filesTrouble.map { "files wait: \($0)" },
            reportTrouble.map { "reports cannot be written: \($0)" },
            lookups.needsAttention ? lookups.waitReason.map { "lookups wait: \($0)" } : nil,
        ].compactMap(\.self)
        return ([queue, "\(lookups.day.used)\(quota) requests today"] + troubles).joined(separator: ", ")
    }
}

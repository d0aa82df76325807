import Logging
import Support
import Synchronization

/// Log of rejected requests, with a limit: a flood of requests must not become a flood of the log.
final class RejectionLog: Sendable {
    private let limiter = Mutex(LogRateLimiter())
    private let clock: any ServiceClock
    private let logger: Logger

    init(clock: any ServiceClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// - Parameter host: the host that was asked for, if that is why the request was rejected.
    func write(_ sentence: Logger.Message, _ connection: ClientConnection, host: String? = nil) {
        let now = clock.now.monotonic
        guard let leftOut = limiter.withLock({ $0.admit(at: now) }) else { return }
        var metadata: Logger.Metadata = ["address": "\(connection.address?.description ?? "?")"]
        if let host { metadata["host"] = "\(host)" }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.notice(sentence, metadata: metadata)
    }
}

import Foundation
import Store
import Support

/// When a channel tries what again. Pure: the time is given.
///
/// | failures of a message | wait (± a quarter) |
/// | --- | --- |
/// | 1, 2, 3, … | 1, 2, 4, … min |
/// | 10 and more | 6 h |
///
/// A message is given up after 3 days and 10 failures at least: a leap of the clock alone loses none. A
/// message that fails lets the others go by. After 3 failures in a row the channel itself rests, for 1 min at
/// first and 15 min at last; then one message is a probe, and its success makes all that failed due at once.
struct DeliverySchedule: Sendable {
    static let message = Backoff(first: .seconds(60), limit: .seconds(6 * 3600))
    static let channel = Backoff(first: .seconds(60), limit: .seconds(900))
    static let keep: Duration = .seconds(3 * 86_400)
    static let failuresMin = 10
    /// Failures in a row from which the channel rests.
    static let failuresMax = 3

    /// Failures in a row that concern the channel.
    private var failures = 0
    /// By the clock that never steps.
    private var restsUntil: Duration?

    /// Whether one message is to be tried, and the others are to wait for what becomes of it.
    var isProbing: Bool { failures >= Self.failuresMax }

    /// How long the channel rests from now on; nil if it does not.
    func rest(at now: Duration) -> Duration? {
        restsUntil.flatMap { $0 > now ? $0 - now : nil }
    }

    /// Notes how an attempt ended.
    ///
    /// - Returns: whether the channel works again, and what has failed may be tried at once.
    mutating func note(
        _ outcome: DeliveryOutcome, at now: Duration, using generator: inout some RandomNumberGenerator
    ) -> Bool {
        switch outcome {
        case .delivered:
            let worksAgain = isProbing
            (failures, restsUntil) = (0, nil)
            return worksAgain
        case .failed(_, let concernsChannel):
            guard concernsChannel else { return false }
            failures += 1
            if isProbing {
                let rests = failures - Self.failuresMax + 1
                restsUntil = now + Self.channel.jittered(afterFailures: rests, using: &generator)
            }
            return false
        }
    }

    /// What becomes of a message after an attempt.
    static func result(
        of outcome: DeliveryOutcome, failedBefore attempts: Int, createdAt: Date, at now: Date,
        using generator: inout some RandomNumberGenerator
    ) -> OutboxSettlement.Result {
        switch outcome {
        case .delivered: .delivered
        case .failed(let reason, _):
            if attempts + 1 >= failuresMin, now.timeIntervalSince(createdAt) >= keep.seconds {
                .givenUp(reason: reason)
            } else {
                .postponed(
                    until: now
                        + message.jittered(afterFailures: attempts + 1, using: &generator).seconds,
                    reason: reason)
            }
        }
    }
}

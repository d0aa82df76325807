import Foundation
import Store

/// What became of an attempt to deliver a message.
enum DeliveryOutcome: Hashable, Sendable {
    case delivered
    /// The reason in words for the log, without a full stop and without a secret; and whether the next
    /// message will probably fail as well.
    case failed(String, concernsChannel: Bool)
}

/// A way to deliver messages.
protocol DeliveryMethod: Sendable {
    var channel: NotificationChannel { get }
    /// Attempts to deliver a message; ends soon when its task is cancelled.
    ///
    /// - Parameter subscription: whom mail is for; nil for the operator's channels.
    func deliver(
        _ message: NotificationMessage, to subscription: Subscription?, at now: Date
    ) async -> DeliveryOutcome
}

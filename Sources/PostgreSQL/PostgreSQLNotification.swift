/// What a client that listens is told. A hint, and never the truth: some may be lost, so their reader also
/// polls.
package enum PostgreSQLNotification: Hashable, Sendable {
    /// A NOTIFY of a channel that the client listens to, its own notifications included. It is sent when the
    /// transaction commits (PostgreSQL 15, "NOTIFY").
    case message(channel: String, payload: String)
    /// The connection is lost, and nothing comes until the client is used again.
    case disconnected
    /// A new connection listens to all channels; what was notified meanwhile never comes.
    case reconnected
}

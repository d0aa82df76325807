import Foundation
import Glibc
import Support

/// One connection to a PostgreSQL server, on a thread of its own; made when it is first used, and made
/// again by the next use after it was lost.
///
/// One session has the connection at a time; the others wait for their turns. What was lost with the
/// connection is not repeated: its caller gets the error, and decides. The client stops when it is released
/// or by `close`.
package final class PostgreSQLClient: Sendable {
    package let address: PostgreSQLAddress
    /// What comes of the channels that the client listens to, and of the connection itself; for one reader.
    /// Of more than 1,024 that are not read the oldest are dropped, as after a lost connection.
    package let notifications: AsyncStream<PostgreSQLNotification>
    private let inbox: PostgreSQLInbox
    private let turns = SessionTurns()

    private static let notificationsMax = 1_024

    /// Starts the client's thread, which does not connect yet. Throws `misuse` if the process has no
    /// descriptors left.
    ///
    /// - Parameter renewed: asked before each connection for the same address with the password of the
    ///   moment, on the client's thread; what it throws is why there is none. Nil for `address`.
    package init(
        address: PostgreSQLAddress, renewed: (@Sendable () throws -> PostgreSQLAddress)? = nil,
        options: PostgreSQLOptions = PostgreSQLOptions()
    ) throws(PostgreSQLError) {
        guard let wakeUp = WakeUp() else {
            throw .misuse("no pipe is to be had: \(String(cString: strerror(errno)))")
        }
        let inbox = PostgreSQLInbox(wakeUp: wakeUp)
        let (notifications, events) = AsyncStream.makeStream(
            of: PostgreSQLNotification.self, bufferingPolicy: .bufferingNewest(Self.notificationsMax))
        self.address = address
        self.notifications = notifications
        self.inbox = inbox
        startThread {
            PostgreSQLWorker(
                address: address, renewed: renewed ?? { address }, options: options, inbox: inbox,
                events: events
            ).run()
        }
    }

    deinit { inbox.stop() }

    /// Runs one statement, which is a transaction of its own. `$1` … are the parameters.
    ///
    /// A task that is cancelled while it waits for its turn gets `cancelled`. A statement that is sent is
    /// waited for in any case, for as long as `PostgreSQLOptions.statementLimit`: broken off, it might have
    /// run.
    package func query(
        _ sql: String, _ parameters: [PostgreSQLValue] = []
    ) async throws(PostgreSQLError) -> PostgreSQLRows {
        let session = try await begin()
        defer { end(session) }
        return try await session.query(sql, parameters)
    }

    /// Several statements on the same connection, without those of others between them: `BEGIN` … `COMMIT`.
    ///
    /// What is not committed when `body` returns or throws is rolled back. If the connection is lost, the
    /// rest of the session fails: nothing of it runs on another connection, outside its transaction. The
    /// server ends a transaction that `body` leaves alone for longer than the statement's limit. `body` must
    /// not use the client by other ways than its session: it would wait for itself.
    package func withSession<Value>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgreSQLSession) async throws -> Value
    ) async throws -> Value {
        let session = try await begin()
        defer { end(session) }
        return try await body(session)
    }

    /// Asks for the notifications of a channel; they come as `notifications`. Each later connection listens
    /// to it too, also if this call throws `unreachable`.
    ///
    /// - Parameter channel: as it is written, upper case among it; up to 63 bytes (PostgreSQL 15, chapter
    ///   "SQL Syntax", "Identifiers and Key Words"), else `misuse` is thrown.
    package func listen(_ channel: String) async throws(PostgreSQLError) {
        guard (1...63).contains(channel.utf8.count), !channel.utf8.contains(0) else {
            throw .misuse("a channel's name has 1 to 63 bytes and no zero byte: \(channel)")
        }
        let session = try await begin()
        defer { end(session) }
        try await inbox.listen(to: channel)
    }

    /// Closes the connection and waits for its end. What is under way fails with `closed`, and so does what
    /// comes later.
    package func close() async {
        inbox.stop()
        await inbox.waitForEnd()
    }

    private func begin() async throws(PostgreSQLError) -> PostgreSQLSession {
        guard let number = await turns.take() else { throw .cancelled }
        return PostgreSQLSession(number: number, inbox: inbox)
    }

    private func end(_ session: PostgreSQLSession) {
        // Before the next one's first statement.
        inbox.end(session: session.number)
        turns.leave()
    }
}

/// Turn on a client's connection.
package struct PostgreSQLSession: Sendable {
    let number: UInt64
    let inbox: PostgreSQLInbox

    /// Runs one statement, prepared once for each connection. Throws `misuse` once the session has ended.
    package func query(
        _ sql: String, _ parameters: [PostgreSQLValue] = []
    ) async throws(PostgreSQLError) -> PostgreSQLRows {
        try await inbox.outcome(of: .query(sql, parameters), session: number)
    }

    /// Runs several statements, separated by semicolons, in one transaction unless they say otherwise
    /// (PostgreSQL 15, chapter "Frontend/Backend Protocol", "Multiple Statements in a Simple Query"). Rows
    /// are dropped.
    package func run(script: String) async throws(PostgreSQLError) {
        _ = try await inbox.outcome(of: .script(script), session: number)
    }
}

/// Starts a thread that takes no signals: they are for the process's other threads, and libpq writes to
/// sockets that may be closed.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        body()
    }
    thread.name = "postgresql"
    thread.start()
}

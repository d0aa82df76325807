import Foundation
import Support

/// The loop of the client's thread: owns the connection.
///
/// It does one order after the other, and sleeps in poll(2) until the next order, or until something comes
/// from the server.
final class PostgreSQLWorker {
    private let address: PostgreSQLAddress
    private let renewed: @Sendable () throws -> PostgreSQLAddress
    private let options: PostgreSQLOptions
    private let inbox: PostgreSQLInbox
    private let events: AsyncStream<PostgreSQLNotification>.Continuation

    private var connection: PostgreSQLConnection?
    /// What each connection listens to.
    private var channels: [String] = []
    /// The last session that has run a statement; it stays with the connection that it had then.
    private var session: UInt64 = 0
    /// This session and those before it have ended.
    private var endedSession: UInt64 = 0
    /// Why there is no connection; nil while there is one, and before the first.
    private var loss: String?
    /// Until then no attempt to connect is made.
    private var pause: Deadline?

    init(
        address: PostgreSQLAddress, renewed: @escaping @Sendable () throws -> PostgreSQLAddress,
        options: PostgreSQLOptions, inbox: PostgreSQLInbox,
        events: AsyncStream<PostgreSQLNotification>.Continuation
    ) {
        self.address = address
        self.renewed = renewed
        self.options = options
        self.inbox = inbox
        self.events = events
    }

    /// Works until the inbox is stopped, then closes the connection and fails what is left.
    func run() {
        while !inbox.isStopped {
            if let order = inbox.take() { perform(order) } else { rest() }
        }
        connection = nil
        events.finish()
        inbox.close()
    }

    private func perform(_ order: PostgreSQLInbox.Order) {
        switch order {
        case .run(let statement, let session, let reply):
            reply.resume(
                returning: Result { () throws(PostgreSQLError) in try run(statement, in: session) })
        case .end(let session): end(session)
        case .listen(let channel, let reply):
            reply.resume(returning: Result { () throws(PostgreSQLError) in try listen(to: channel) })
        }
    }

    /// Waits for an order, and takes what the server sends meanwhile.
    private func rest() {
        let ready = inbox.wakeUp.wait(for: connection?.socket, events: POLLIN, milliseconds: -1)
        if ready != 0 { receive() }
    }

    private func receive() {
        do {
            try connection?.receive()
        } catch {
            drop(Self.reason(error))
        }
    }

    // MARK: Sessions

    private func run(
        _ statement: PostgreSQLStatement, in session: UInt64
    ) throws(PostgreSQLError) -> PostgreSQLRows {
        guard session > endedSession else { throw .misuse("the session has ended") }
        if session != self.session {
            // Also if it fails: a later statement of the session must not run without this one.
            self.session = session
            try connect()
        }
        return try attempt(statement)
    }

    private func end(_ session: UInt64) {
        endedSession = session
        guard session == self.session, connection?.isInTransaction == true else { return }
        // Without the connection there is no transaction either.
        _ = try? attempt(.script("ROLLBACK"))
    }

    private func listen(to channel: String) throws(PostgreSQLError) -> PostgreSQLRows {
        let isNew = !channels.contains(channel)
        if isNew { channels.append(channel) }
        let before = connection
        try connect()
        // A new connection listens to all of them already; an empty statement shows that it is there.
        return try attempt(isNew && connection === before ? Self.listening(to: [channel]) : .script(""))
    }

    private static func listening(to channels: [String]) -> PostgreSQLStatement {
        .script(
            channels.map { "LISTEN \"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ";"))
    }

    // MARK: Connection

    /// Sees to it that there is a connection.
    private func connect() throws(PostgreSQLError) {
        // One whose end has come already is no connection.
        receive()
        guard connection == nil else { return }
        if let loss, pause?.isOver == false {
            throw .unreachable(reason: loss, mayHaveRun: false)
        }
        let address: PostgreSQLAddress
        do { address = try renewed() } catch {
            pause = Deadline(in: options.retryPause)
            throw .unreachable(reason: note("\(error)"), mayHaveRun: false)
        }
        do {
            let connection = try PostgreSQLConnection(to: address, options: options, inbox: inbox) {
                [events] in events.yield(.message(channel: $0, payload: $1))
            }
            try connection.connect()
            if !channels.isEmpty { _ = try connection.run(Self.listening(to: channels)) }
            self.connection = connection
        } catch {
            if case .stopped = error { throw .closed }
            let reason =
                if case .limit = error { "no connection within \(options.connectLimit)" } else {
                    Self.reason(error)
                }
            pause = Deadline(in: options.retryPause)
            throw .unreachable(reason: note(reason), mayHaveRun: false)
        }
        if loss != nil { events.yield(.reconnected) }
        loss = nil
    }

    /// Runs a statement on the connection that is there; what breaks it closes it.
    private func attempt(_ statement: PostgreSQLStatement) throws(PostgreSQLError) -> PostgreSQLRows {
        guard let connection else {
            throw .unreachable(reason: loss ?? "\(address): the connection is lost", mayHaveRun: false)
        }
        do {
            return try connection.run(statement)
        } catch {
            switch error {
            case .server(let error): throw .server(error)
            case .misuse(let error): throw error
            case .stopped:
                connection.cancel()
                throw .closed
            case .limit:
                connection.cancel()
                drop("no answer within \(options.statementLimit)")
                throw .timedOut(after: options.statementLimit)
            case .lost(let reason):
                throw .unreachable(reason: drop(reason), mayHaveRun: true)
            }
        }
    }

    /// Closes the connection, which is no longer one, and says so.
    @discardableResult
    private func drop(_ reason: String) -> String {
        if connection != nil { events.yield(.disconnected) }
        connection = nil
        return note(reason)
    }

    /// Remembers why there is no connection, and returns it with the server's address.
    private func note(_ reason: String) -> String {
        let loss = "\(address): \(reason)"
        self.loss = loss
        return loss
    }

    private static func reason(_ failure: PostgreSQLConnection.Failure) -> String {
        switch failure {
        case .lost(let reason): reason
        case .server(let error): "\(error)"
        case .misuse(let error): "\(error)"
        case .limit: "no answer in time"
        case .stopped: "the client is closed"
        }
    }
}

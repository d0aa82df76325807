import CPostgreSQL
import Glibc

/// What is sent in one go.
enum PostgreSQLStatement: Sendable {
    case query(String, [PostgreSQLValue])
    case script(String)
}

/// One connection of libpq; lives on the client's thread only.
///
/// libpq's non-blocking calls with poll(2) between them, so that each wait has an end (PostgreSQL 15, chapter
/// "libpq", "Asynchronous Command Processing").
final class PostgreSQLConnection {
    /// Why there are no rows.
    enum Failure: Error {
        case lost(String)
        case limit
        case stopped
        case server(PostgreSQLServerError)
        case misuse(PostgreSQLError)
    }

    private struct PreparedKey: Hashable {
        var sql: String
        var types: [UInt32]
    }

    private let pointer: OpaquePointer
    private let inbox: PostgreSQLInbox
    private let options: PostgreSQLOptions
    private let onMessage: (_ channel: String, _ payload: String) -> Void
    private var prepared: [PreparedKey: String] = [:]
    private var preparedCount = 0

    /// Statements beyond these are sent whole each time.
    private static let preparedMax = 256

    /// Begins to connect; `connect` goes on.
    init(
        to address: PostgreSQLAddress, options: PostgreSQLOptions, inbox: PostgreSQLInbox,
        onMessage: @escaping (_ channel: String, _ payload: String) -> Void
    ) throws(Failure) {
        let parameters = address.connectionParameters(options)
        let pointer = withCStrings(parameters.keywords) { keywords in
            withCStrings(parameters.values) { values in PQconnectStartParams(keywords, values, 0) }
        }
        guard let pointer else { throw .lost("out of memory") }
        self.pointer = pointer
        self.inbox = inbox
        self.options = options
        self.onMessage = onMessage
        // libpq would write the server's notices to the standard error.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    /// Connects and logs in. To be called once.
    func connect() throws(Failure) {
        let deadline = Deadline(in: options.connectLimit)
        guard PQstatus(pointer) != CONNECTION_BAD else { throw .lost(complaint) }
        // As if PQconnectPoll had said so (PostgreSQL 15, chapter "libpq", "PQconnectStartParams").
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard state != PGRES_POLLING_FAILED else { throw .lost(complaint) }
            _ = try wait(for: state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline)
            state = PQconnectPoll(pointer)
        }
        guard PQsetnonblocking(pointer, 1) == 0 else { throw .lost(complaint) }
    }

    var isInTransaction: Bool { PQtransactionStatus(pointer) != PQTRANS_IDLE }

    /// For poll(2) while nothing is under way.
    var socket: Int32 { PQsocket(pointer) }

    /// Takes what has come while nothing was under way, without waiting: notifications, or the end.
    func receive() throws(Failure) {
        // Before it is read: an end that has been received counts.
        let isReady = inbox.wakeUp.wait(for: socket, events: POLLIN, milliseconds: 0) != 0
        if isReady { try consume() }
        takeNotifications()
    }

    /// Runs a statement within its limit.
    func run(_ statement: PostgreSQLStatement) throws(Failure) -> PostgreSQLRows {
        let deadline = Deadline(in: options.statementLimit)
        switch statement {
        case .script(let sql):
            try check(PQsendQuery(pointer, sql))
            return PostgreSQLRows(try result(until: deadline))
        case .query(let sql, let values):
            let parameters: ParameterList
            do {
                parameters = try ParameterList(values, bytesMax: options.parametersBytesMax)
            } catch {
                throw .misuse(error)
            }
            return PostgreSQLRows(try run(sql, parameters, until: deadline))
        }
    }

    private func run(
        _ sql: String, _ parameters: ParameterList, until deadline: Deadline
    ) throws(Failure) -> PostgreSQLResult {
        let name = try prepare(sql, parameters, until: deadline)
        try check(
            parameters.withPointers { [pointer] values, lengths, formats in
                guard let name else {
                    return PQsendQueryParams(
                        pointer, sql, parameters.count, parameters.types, values, lengths, formats, 1)
                }
                return PQsendQueryPrepared(pointer, name, parameters.count, values, lengths, formats, 1)
            })
        do {
            return try result(until: deadline)
        } catch {
            // The table has changed below the statement, or the server forgot it: prepared again, it works.
            if case .server(let error) = error, ["0A000", "26000"].contains(error.sqlState) {
                prepared = [:]
            }
            throw error
        }
    }

    /// The name of the prepared statement; nil if there are too many.
    private func prepare(
        _ sql: String, _ parameters: ParameterList, until deadline: Deadline
    ) throws(Failure) -> String? {
        let key = PreparedKey(sql: sql, types: parameters.types)
        if let name = prepared[key] { return name }
        guard prepared.count < Self.preparedMax else { return nil }
        preparedCount += 1
        let name = "hashdrop\(preparedCount)"
        try check(PQsendPrepare(pointer, name, sql, parameters.count, parameters.types))
        _ = try result(until: deadline)
        prepared[key] = name
        return name
    }

    /// Asks the server to break off what it does. Returns at once: libpq connects once more for it, and has
    /// no limit for that (PostgreSQL 15, chapter "libpq", "PQcancel"), without TLS.
    func cancel() {
        guard let cancel = PQgetCancel(pointer).map(CancelRequest.init) else { return }
        startThread { cancel.send() }
    }

    private func check(_ code: Int32) throws(Failure) {
        guard code == 1 else {
            guard PQstatus(pointer) == CONNECTION_BAD else { throw .misuse(.misuse(complaint)) }
            throw .lost(complaint)
        }
    }

    /// The last result of what was sent, once all of them are here.
    private func result(until deadline: Deadline) throws(Failure) -> PostgreSQLResult {
        try flush(until: deadline)
        var last: PostgreSQLResult?
        var refusal: PostgreSQLServerError?
        while let result = try next(until: deadline) {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // There is no way back from it but a new connection.
                throw .lost("COPY is not supported")
            default: refusal = refusal ?? result.error
            }
        }
        takeNotifications()
        guard PQstatus(pointer) == CONNECTION_OK else { throw .lost(refusal?.message ?? complaint) }
        if let refusal { throw .server(refusal) }
        guard let last else { throw .lost("an answer without a result") }
        return last
    }

    private func flush(until deadline: Deadline) throws(Failure) {
        while true {
            let code = PQflush(pointer)
            guard code > 0 else {
                if code < 0 { throw .lost(complaint) }
                return
            }
            // The server may have to send something before it reads on.
            let ready = try wait(for: POLLIN | POLLOUT, until: deadline)
            if ready & ~POLLOUT != 0 { try consume() }
        }
    }

    /// The next result, or nil after the last.
    private func next(until deadline: Deadline) throws(Failure) -> PostgreSQLResult? {
        while PQisBusy(pointer) == 1 {
            _ = try wait(for: POLLIN, until: deadline)
            try consume()
        }
        return PQgetResult(pointer).map(PostgreSQLResult.init)
    }

    private func consume() throws(Failure) {
        guard PQconsumeInput(pointer) == 1 else { throw .lost(lastWords) }
    }

    /// What the server said before it went, or what libpq says about it.
    private var lastWords: String {
        let complaint = complaint
        guard PQstatus(pointer) == CONNECTION_BAD else { return complaint }
        var words: String?
        // Never waits on a connection that is no more; the last result is libpq's own.
        while let result = PQgetResult(pointer).map(PostgreSQLResult.init) {
            let error = result.error
            if words == nil, !error.sqlState.isEmpty { words = error.message }
        }
        return words ?? complaint
    }

    private func takeNotifications() {
        while let notification = PQnotifies(pointer) {
            onMessage(
                String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
    }

    /// What the socket is ready for.
    private func wait(for events: Int32, until deadline: Deadline) throws(Failure) -> Int32 {
        while true {
            guard !inbox.isStopped else { throw .stopped }
            guard socket >= 0 else { throw .lost(complaint) }
            let left = deadline.millisecondsLeft
            let ready = inbox.wakeUp.wait(for: socket, events: events, milliseconds: left)
            if ready != 0 { return ready }
            guard left > 0 else { throw .limit }
        }
    }

    private var complaint: String {
        let text = String(cString: PQerrorMessage(pointer)).oneLine
        return text.isEmpty ? "the connection broke" : text
    }
}

/// Order to break off a statement, for a thread of its own.
private final class CancelRequest: @unchecked Sendable {
    // Unchecked: read-only, and apart from its connection (PostgreSQL 15, chapter "libpq", "PQcancel").
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfreeCancel(pointer) }

    func send() {
        var complaint = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &complaint, Int32(complaint.count))
    }
}

/// Calls `body` with the texts as C has them: addresses, the last of them nil.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let copies: [UnsafePointer<CChar>?] = texts.map { UnsafePointer(strdup($0)) } + [nil]
    defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
    return copies.withUnsafeBufferPointer { buffer in
        // Not nil: it holds one element at least.
        body(buffer.baseAddress!)
    }
}

package import Support

/// Error of a statement that has no rows to give. It never holds a password.
package enum PostgreSQLError: ExplainedError, Hashable, Sendable {
    /// The address cannot be used; nothing was sent.
    case address(Explanation)
    /// The server cannot be reached, or the connection was lost. After a loss the statement, and the commit
    /// that it may have been, may have run (`mayHaveRun`).
    case unreachable(reason: String, mayHaveRun: Bool)
    /// The server refuses the statement, which has changed nothing.
    case server(PostgreSQLServerError)
    /// No answer within `PostgreSQLOptions.statementLimit`: the statement is cancelled and the connection
    /// closed. It may have run.
    case timedOut(after: Duration)
    /// A column does not have what was read of it.
    case column(name: String, reason: String)
    /// The client is used in a way that cannot work; nothing was sent.
    case misuse(String)
    /// The task was cancelled before the statement was sent.
    case cancelled
    /// The client is closed. A statement that was under way may have run.
    case closed

    /// Whether the statement may have run although it failed.
    package var mayHaveRun: Bool {
        switch self {
        case .unreachable(_, let mayHaveRun): mayHaveRun
        case .timedOut, .closed: true
        case .address, .server, .column, .misuse, .cancelled: false
        }
    }

    /// Whether the same may succeed later without a change of the program or its settings.
    package var isRetryable: Bool {
        switch self {
        case .unreachable, .timedOut: true
        case .server(let error): error.isRetryable
        case .address, .column, .misuse, .cancelled, .closed: false
        }
    }

    package var explanation: Explanation {
        switch self {
        case .address(let explanation): explanation
        case .unreachable(let reason, _):
            Explanation(
                "no connection to the database server: \(reason)",
                advice: "look whether it runs, is reached from this machine and lets its user in")
        case .server(let error): Explanation("the database server refuses a statement: \(error)")
        case .timedOut(let limit):
            Explanation(
                "the database server has not answered a statement within \(limit)",
                advice: "look what it waits for in its view pg_stat_activity")
        case .column(let name, let reason):
            Explanation("the column \(name) of the database server's answer \(reason)")
        case .misuse(let reason): Explanation("the database server was not asked: \(reason)")
        case .cancelled: Explanation("the question to the database server was cancelled")
        case .closed: Explanation("the connection to the database server is closed")
        }
    }
}

extension PostgreSQLError: CustomStringConvertible {
    package var description: String { explanation.text }
}

/// What the server says of a statement that it refuses.
package struct PostgreSQLServerError: Hashable, Sendable {
    /// Five characters (PostgreSQL 15, appendix A, "PostgreSQL Error Codes").
    package let sqlState: String
    package let message: String
    package let detail: String?
    package let hint: String?

    package init(sqlState: String, message: String, detail: String? = nil, hint: String? = nil) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// True for transactions that lost to another (class 40), for a lack of resources (53), a lock that was
    /// not to be had (55P03) and a server that is about to stop or to start (57P01 to 57P03).
    package var isRetryable: Bool {
        sqlState.hasPrefix("40") || sqlState.hasPrefix("53")
            || ["55P03", "57P01", "57P02", "57P03"].contains(sqlState)
    }
}

extension PostgreSQLServerError: CustomStringConvertible {
    package var description: String {
        let parts = [message, detail.map { "detail: \($0)" }, hint.map { "hint: \($0)" }]
        return parts.compactMap(\.self).joined(separator: "; ") + " (SQLSTATE \(sqlState))"
    }
}

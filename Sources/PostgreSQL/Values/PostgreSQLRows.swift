import CPostgreSQL

/// The rows that a statement has returned; none for a statement that returns none.
///
/// They stay in libpq's memory, and are copied value by value as they are read.
package struct PostgreSQLRows: Sendable {
    private let result: PostgreSQLResult
    fileprivate let columns: [String: Int32]

    init(_ result: PostgreSQLResult) {
        self.result = result
        // Of columns of one name the first counts, as in PQfnumber.
        let names = (0..<PQnfields(result.pointer)).map { column in
            (String(cString: PQfname(result.pointer, column)), column)
        }
        columns = Dictionary(names) { first, _ in first }
    }

    /// How many rows a statement that changes rows has changed; 0 for others.
    package var changedCount: Int { Int(String(cString: PQcmdTuples(result.pointer))) ?? 0 }
}

extension PostgreSQLRows: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { Int(PQntuples(result.pointer)) }

    package subscript(index: Int) -> PostgreSQLRow {
        precondition(indices.contains(index), "there is no row \(index)")
        return PostgreSQLRow(result: result, columns: columns, index: Int32(index))
    }
}

/// One row.
package struct PostgreSQLRow: Sendable {
    fileprivate let result: PostgreSQLResult
    fileprivate let columns: [String: Int32]
    fileprivate let index: Int32

    /// The value of a column: `try row.get("size", .int)`.
    ///
    /// Throws `column` if there is none of that name or type, or if it is NULL.
    package func get<Value>(
        _ column: String, _ type: PostgreSQLType<Value>
    ) throws(PostgreSQLError) -> Value {
        guard let value = try optional(column, type) else {
            throw .column(name: column, reason: "is NULL, and not \(type.name)")
        }
        return value
    }

    /// The value of a column, or nil where it is NULL. Throws `column` if there is none of that name or type.
    package func optional<Value>(
        _ column: String, _ type: PostgreSQLType<Value>
    ) throws(PostgreSQLError) -> Value? {
        guard let number = columns[column] else {
            let names = columns.keys.sorted().joined(separator: ", ")
            throw .column(name: column, reason: "is missing; there are: \(names)")
        }
        guard PQgetisnull(result.pointer, index, number) == 0 else { return nil }
        let serverType = PQftype(result.pointer, number)
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result.pointer, index, number),
            count: Int(PQgetlength(result.pointer, index, number)))
        guard PQfformat(result.pointer, number) == 1, let value = type.decode(serverType, bytes) else {
            throw .column(name: column, reason: "has the server's type \(serverType), and not \(type.name)")
        }
        return value
    }
}

/// Owner of one result of libpq.
final class PostgreSQLResult: @unchecked Sendable {
    // Unchecked: a result is read-only once it is made, and may be read by several threads (PostgreSQL 15,
    // chapter "libpq", "Behavior in Threaded Programs").
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// What the server says, for a result that is an error.
    var error: PostgreSQLServerError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(pointer, code).map { String(cString: $0) }
        }
        return PostgreSQLServerError(
            sqlState: field(cpostgresql_sql_state) ?? "",
            message: field(cpostgresql_message) ?? String(cString: PQresultErrorMessage(pointer)).oneLine,
            detail: field(cpostgresql_detail), hint: field(cpostgresql_hint))
    }
}

extension String {
    /// libpq's message of several lines as one, of no more than 500 characters.
    var oneLine: String {
        let lines = split(whereSeparator: \.isNewline).map { line in line.drop(while: \.isWhitespace) }
        return String(lines.joined(separator: "; ").prefix(500))
    }
}

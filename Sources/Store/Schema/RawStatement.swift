import Foundation
import GRDB
import GRDBSQLite
import Model

/// Statement whose values are bound and read straight in SQLite's memory, for what is done with many rows: by
/// way of GRDB's arguments and rows, and of Foundation's `Data`, a row takes several times as long as SQLite
/// needs for it.
///
/// Parameters count from 1 and columns from 0. A parameter keeps its value until it is bound again. It is
/// used by one thread, within one transaction.
final class RawStatement {
    private let statement: SQLiteStatement
    /// Keeps it from being finalized.
    private let owner: Statement
    /// What the parameters are bound to, so that SQLite need not take copies.
    private var places: [UnsafeMutableRawBufferPointer]

    init(_ sql: String, in db: Database) throws {
        owner = try db.cachedStatement(sql: sql)
        statement = owner.sqliteStatement
        places = Array(
            repeating: UnsafeMutableRawBufferPointer(start: nil, count: 0),
            count: Int(sqlite3_bind_parameter_count(statement)) + 1)
    }

    deinit {
        // What was bound goes with this.
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        for place in places { place.deallocate() }
    }

    // MARK: Parameters

    func bind(_ integer: Int?, at parameter: Int32) {
        guard let integer else { return bindNull(at: parameter) }
        check(sqlite3_bind_int64(statement, parameter, Int64(integer)))
    }

    func bind(_ hash: FileHash?, at parameter: Int32) {
        guard let hash else { return bindNull(at: parameter) }
        hash.withBytes {
            let place = copy($0, for: parameter)
            check(sqlite3_bind_blob(statement, parameter, place, Int32($0.count), nil))
        }
    }

    func bind(_ text: String?, at parameter: Int32) {
        guard var text else { return bindNull(at: parameter) }
        text.withUTF8 { bind(text: $0, at: parameter) }
    }

    /// Binds a text in UTF-8.
    func bind(text: UnsafeBufferPointer<UInt8>, at parameter: Int32) {
        let place = copy(UnsafeRawBufferPointer(text), for: parameter)
        check(
            sqlite3_bind_text(
                statement, parameter, place.assumingMemoryBound(to: CChar.self), Int32(text.count), nil))
    }

    /// Binds a time, in milliseconds since 1970.
    func bind(_ date: Date?, at parameter: Int32) {
        bind(date.map { Int($0.milliseconds) }, at: parameter)
    }

    private func bindNull(at parameter: Int32) { check(sqlite3_bind_null(statement, parameter)) }

    private func copy(_ bytes: UnsafeRawBufferPointer, for parameter: Int32) -> UnsafeMutableRawPointer {
        let index = Int(parameter)
        // An empty text is no NULL: it has a place as well.
        if places[index].count < max(1, bytes.count) {
            places[index].deallocate()
            places[index] = .allocate(byteCount: max(64, 2 * bytes.count), alignment: 1)
        }
        places[index].copyMemory(from: bytes)
        return places[index].baseAddress!
    }

    // A parameter that is not there, or a value beyond SQLite's limit of 1 GB: the program's own fault.
    private func check(_ code: Int32) { precondition(code == SQLITE_OK, "the value cannot be bound") }

    // MARK: Running

    /// Runs it with the values that are bound, and visits its rows. Throws `DatabaseError`, or what `visit`
    /// throws.
    func run(_ visit: (RawStatement) throws -> Void = { _ in }) throws {
        defer { sqlite3_reset(statement) }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else {
                throw DatabaseError(
                    resultCode: ResultCode(rawValue: code),
                    message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))))
            }
            try visit(self)
        }
    }

    // MARK: The row at which it stands: what the table's constraints promise; anything else is damage

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }

    func integerIfAny(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }

    /// A time in milliseconds since 1970, or nil for NULL.
    func date(_ column: Int32) -> Date? {
        integerIfAny(column).map { Date(milliseconds: Int64($0)) }
    }

    func hash(_ column: Int32) throws -> FileHash {
        let bytes = UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column))
        )
        guard let hash = FileHash(bytes: bytes) else { throw StoreError.damagedHash(bytes: bytes.count) }
        return hash
    }

    func hashIfAny(_ column: Int32) throws -> FileHash? { isNull(column) ? nil : try hash(column) }

    /// A text, or nil for NULL.
    func text(_ column: Int32) -> String? {
        isNull(column) ? nil : String(decoding: bytes(column), as: UTF8.self)
    }

    /// A text's bytes; valid until the next row.
    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        let text = sqlite3_column_text(statement, column)
        return UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
    }
}

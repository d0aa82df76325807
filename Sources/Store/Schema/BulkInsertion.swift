import GRDB

/// Insertion of many rows, thirty-two with each statement, which then opens the tables and indexes once for
/// all of them.
struct BulkInsertion {
    private let one: RawStatement
    private let many: RawStatement
    private let columns: Int
    private let first: Int

    private static let rowsAtOnce = 32

    /// - Parameters:
    ///   - columns: how many parameters a row has.
    ///   - first: the first parameter of the first row; those before it are bound by `bind`.
    ///   - sql: the statement around `VALUES (…), (…)`.
    init(columns: Int, from first: Int = 1, in db: Database, sql: (_ values: String) -> String) throws {
        self.columns = columns
        self.first = first
        one = try RawStatement(sql(Self.values(rows: 1, columns, first)), in: db)
        many = try RawStatement(sql(Self.values(rows: Self.rowsAtOnce, columns, first)), in: db)
    }

    /// `VALUES (?4, ?5), (?6, ?7)`.
    private static func values(rows: Int, _ columns: Int, _ first: Int) -> String {
        let rows = (0..<rows).map { row in
            "(" + (0..<columns).map { "?\(first + row * columns + $0)" }.joined(separator: ", ") + ")"
        }
        return "VALUES " + rows.joined(separator: ", ")
    }

    /// Binds a parameter that is the same for all rows.
    func bind(_ integer: Int, at parameter: Int32) {
        for statement in [one, many] { statement.bind(integer, at: parameter) }
    }

    /// Inserts the rows; `bind` binds one to the parameters that begin with a number. Throws `DatabaseError`.
    func insert<Row>(_ rows: [Row], bind: (Row, RawStatement, _ first: Int32) -> Void) throws {
        var rest = rows[...]
        while !rest.isEmpty {
            let isWhole = rest.count >= Self.rowsAtOnce
            let statement = isWhole ? many : one
            let rows = rest.prefix(isWhole ? Self.rowsAtOnce : 1)
            for (index, row) in rows.enumerated() { bind(row, statement, Int32(first + index * columns)) }
            try statement.run()
            rest = rest[rows.endIndex...]
        }
    }
}

/// The rows of SQL statements, whose columns are named elsewhere.
///
/// | statement | where the columns stand |
/// | --- | --- |
/// | `INSERT INTO t (a, b) VALUES (…), (…)` | in the statement, on the same line or above |
/// | `INSERT INTO t VALUES (…)` | in `CREATE TABLE t (…)` above, one column a line |
/// | `COPY t (a, b) FROM stdin;`, then rows with tabs | in the statement |
///
/// Sources: the output of mysqldump, pg_dump and phpMyAdmin; MySQL's manual, "String Literals".
struct SQLRows {
    /// The headings of `CREATE TABLE`, by the table's name.
    private var tables: [[UInt8]: TableHeadings] = [:]
    /// The table that is being described, and the names of its columns so far.
    private var described: (name: [UInt8], columns: [UInt8])?
    /// The headings of the statement whose rows stand on lines of their own.
    private(set) var open: TableHeadings?
    /// Whether the rows are those of `COPY`, which tabs part.
    private var isCopy = false

    private static let tablesMax = 256

    /// Whether lines of a statement may follow.
    private var isOpen: Bool { open != nil || described != nil }

    /// Whether the line's first byte may begin a statement; nearly every other line is told apart by it.
    @inline(__always)
    private static func mayBegin(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let first = line.first else { return false }
        return first <= 0x20 || first | 0x20 == UInt8(ascii: "i") || first | 0x20 == UInt8(ascii: "c")
    }

    /// Takes a line, with digests or without; a statement may go on below it.
    mutating func pass(_ line: UnsafeRawBufferPointer) {
        guard isOpen || Self.mayBegin(line), let first = line.first(where: { $0 > 0x20 }) else { return }
        if described != nil { return describe(line, first) }
        if open != nil {
            if isCopy ? line.starts(with: "\\.".utf8) : line.last == UInt8(ascii: ";") { open = nil }
            return
        }
        switch first | 0x20 {
        case UInt8(ascii: "i"): if let headings = headings(ofInsert: line) { begin(headings, line) }
        case UInt8(ascii: "c"): create(line)
        default: break
        }
    }

    private mutating func begin(_ headings: TableHeadings, _ line: UnsafeRawBufferPointer) {
        if line.last != UInt8(ascii: ";") { (open, isCopy) = (headings, false) }
    }

    // MARK: Rows

    /// Whether the line may hold rows of which several stand on one line; a quick look.
    func mayHoldRows(_ line: UnsafeRawBufferPointer) -> Bool {
        guard isOpen || Self.mayBegin(line), let first = line.first(where: { $0 > 0x20 }) else {
            return false
        }
        return open != nil && !isCopy && first == UInt8(ascii: "(") || first | 0x20 == UInt8(ascii: "i")
    }

    /// The line's rows, their brackets included; opens the statement that the line begins.
    mutating func beginRows(of line: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard let headings = open ?? headings(ofInsert: line) else { return [] }
        var index = open == nil ? Self.position(of: "values", in: line) ?? line.count : 0
        var rows: [Range<Int>] = []
        while let start = line[index...].firstIndex(of: UInt8(ascii: "(")),
            let cells = Self.cells(of: line, from: start + 1), let end = cells.last?.upperBound
        {
            rows.append(start..<(end + 1))
            index = end + 1
        }
        if rows.count > 1 { (open, isCopy) = (headings, false) }
        return rows
    }

    /// The headings and the cells of the row that holds the digest at `digest`; nil if it is in none.
    func row(
        of line: UnsafeRawBufferPointer, around digest: Range<Int>
    ) -> (headings: TableHeadings, cells: [Range<Int>])? {
        if let open, isCopy {
            let cells = TableRow(line, delimiter: .character(0x09)).ranges
            return cells.count == open.names.count ? (open, cells) : nil
        }
        guard let headings = open ?? headings(ofInsert: line) else { return nil }
        guard let cells = Self.cells(of: line, around: digest), cells.count == headings.names.count else {
            return nil
        }
        return (headings, cells)
    }

    /// The cells of the row in brackets around the digest.
    static func cells(of line: UnsafeRawBufferPointer, around digest: Range<Int>) -> [Range<Int>]? {
        guard let start = startOfRow(of: line, before: digest.lowerBound),
            let cells = cells(of: line, from: start), let end = cells.last?.upperBound,
            end >= digest.upperBound
        else { return nil }
        return cells
    }

    /// The cells from behind a bracket to the one that closes it; nil if none does.
    private static func cells(of line: UnsafeRawBufferPointer, from start: Int) -> [Range<Int>]? {
        var cells: [Range<Int>] = []
        var (start, index) = (start, start)
        var isQuoted = false
        while index < line.count {
            let byte = line[index]
            if isQuoted, byte == UInt8(ascii: "\\") {
                index += 2
                continue
            }
            if byte == UInt8(ascii: "'") {
                isQuoted.toggle()
            } else if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") {
                cells.append(start..<index)
                start = index + 1
                if byte == UInt8(ascii: ")") { return cells }
            }
            index += 1
        }
        return nil
    }

    /// Behind the last bracket before the digest that opens a row: `VALUES (`, `), (`, or at the line's
    /// beginning.
    private static func startOfRow(of line: UnsafeRawBufferPointer, before digest: Int) -> Int? {
        var index = digest
        while let open = line[..<index].lastIndex(of: UInt8(ascii: "(")) {
            let before = line[..<open].last { $0 > 0x20 }
            if before == nil || before == UInt8(ascii: ",") || (before ?? 0) | 0x20 == UInt8(ascii: "s") {
                return open + 1
            }
            index = open
        }
        return nil
    }

    // MARK: Statements

    /// The columns of `INSERT INTO …`; nil if the line begins no such statement, or they are not known.
    func headings(ofInsert line: UnsafeRawBufferPointer) -> TableHeadings? {
        // Nearly every other line is told apart by its first word.
        let start = line.firstIndex { $0 > 0x20 } ?? 0
        guard Self.hasPrefix("insert", line[start...]) else { return nil }
        // `VALUES` may stand on the next line.
        let values = Self.position(of: "values", in: line) ?? line.count
        if let end = line[..<values].lastIndex(of: UInt8(ascii: ")")),
            let open = line[..<end].firstIndex(of: UInt8(ascii: "("))
        {
            return TableHeadings(UnsafeRawBufferPointer(rebasing: line[(open + 1)..<end]))
        }
        let words = line[..<values].split { $0 <= 0x20 }
        return words.last.flatMap { tables[Self.name(Array($0))] }
    }

    private mutating func create(_ line: UnsafeRawBufferPointer) {
        let start = line.firstIndex { $0 > 0x20 } ?? 0
        if Self.hasPrefix("copy ", line[start...]), let open = line.firstIndex(of: UInt8(ascii: "(")),
            let end = line[open...].firstIndex(of: UInt8(ascii: ")")),
            Self.position(of: "stdin", in: line) != nil
        {
            self.open = TableHeadings(UnsafeRawBufferPointer(rebasing: line[(open + 1)..<end]))
            isCopy = true
        } else if Self.hasPrefix("create ", line[start...]), line.last == UInt8(ascii: "(") {
            let words = line.dropLast().split { $0 <= 0x20 }
            if let name = words.last { described = (Self.name(Array(name)), []) }
        }
    }

    /// A line of `CREATE TABLE`: a column's name first, or a key's.
    private mutating func describe(_ line: UnsafeRawBufferPointer, _ first: UInt8) {
        guard let (name, columns) = described else { return }
        if first == UInt8(ascii: ")") || columns.count > TableHeadings.bytesMax {
            described = nil
            let headings = columns.withUnsafeBytes { TableHeadings($0) }
            if let headings, tables.count < Self.tablesMax { tables[name] = headings }
            return
        }
        guard let word = line.split(whereSeparator: { $0 <= 0x20 }).first else { return }
        let isKey = ["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext"]
            .contains(String(decoding: word.prefix(16), as: UTF8.self).lowercased())
        if !isKey {
            described?.columns += (columns.isEmpty ? [] : [UInt8(ascii: ",")]) + Self.name(Array(word))
        }
    }

    /// A table's or a column's name without quotes and schema.
    private static func name(_ word: [UInt8]) -> [UInt8] {
        word.filter { !"`\"'()[];,".utf8.contains($0) }.split(separator: UInt8(ascii: ".")).last.map(
            Array.init) ?? []
    }

    private static func hasPrefix(_ keyword: StaticString, _ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        let count = keyword.utf8CodeUnitCount
        return text.count >= count
            && (0..<count).allSatisfy { text[text.startIndex + $0] | 0x20 == keyword.utf8Start[$0] | 0x20 }
    }

    /// Where the keyword, in lower case here, stands in the line, in either case.
    private static func position(of keyword: StaticString, in line: UnsafeRawBufferPointer) -> Int? {
        let count = keyword.utf8CodeUnitCount
        guard line.count >= count else { return nil }
        return (0...(line.count - count)).first { start in
            line[start] | 0x20 == keyword.utf8Start[0]
                && (0..<count).allSatisfy { line[start + $0] | 0x20 == keyword.utf8Start[$0] }
        }
    }
}

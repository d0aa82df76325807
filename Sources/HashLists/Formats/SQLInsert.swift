/// `INSERT INTO table (columns) VALUES (row), …` on one line: the columns are headings of the rows.
enum SQLInsert {
    /// The headings and the cells of the row that holds the digest at `digest`; nil if the line is no such
    /// statement.
    static func row(
        of line: UnsafeRawBufferPointer, around digest: Range<Int>
    ) -> (headings: TableHeadings, cells: [Range<Int>])? {
        // Nearly every other line is told apart by its first word.
        let isInsert = zip(line.drop { $0 <= 0x20 }.prefix(6), "insert".utf8).allSatisfy { $0 | 0x20 == $1 }
        guard isInsert, let values = position(of: "values", in: line), values < digest.lowerBound,
            let columnsEnd = line[..<values].lastIndex(of: UInt8(ascii: ")")),
            let columnsStart = line[..<columnsEnd].lastIndex(of: UInt8(ascii: "(")),
            let start = line[values..<digest.lowerBound].lastIndex(of: UInt8(ascii: "(")),
            let end = line[digest.upperBound...].firstIndex(of: UInt8(ascii: ")")),
            let headings = TableHeadings(
                UnsafeRawBufferPointer(rebasing: line[(columnsStart + 1)..<columnsEnd])),
            let cells = headings.cells(of: UnsafeRawBufferPointer(rebasing: line[(start + 1)..<end]))
        else { return nil }
        return (headings, cells.map { ($0.lowerBound + start + 1)..<($0.upperBound + start + 1) })
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

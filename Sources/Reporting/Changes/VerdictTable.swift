import FileSystem

/// Reader of some columns of a table that an earlier report has written (`report.csv`,
/// `report.changes.csv`): a row is a line.
///
/// Memory is bounded by the longest line. Text stays as it stands in its cell, quotation marks and all, so
/// that what is compared with it, or written again, is the same bytes.
enum VerdictTable {
    /// The table is not one of hashdrop's, or not whole.
    struct Damage: Error {}

    private static let bufferBytes = 262_144
    /// A name and a comment are far shorter.
    private static let lineBytesMax = 1 << 20

    /// Visits the cells of these columns, in their order here, of each row.
    ///
    /// Throws `Damage`, or `FileSystemError` that names `path`.
    static func forEachRow(
        of file: borrowing FileDescriptor, path: String, columns: [String],
        _ visit: (_ cells: [[UInt8]]) throws -> Void
    ) throws {
        var places: [Int]?
        try forEachLine(of: file, path: path) { line in
            if let places {
                guard let cells = Self.cells(of: line, at: places) else { throw Damage() }
                try visit(cells)
            } else {
                places = try Self.places(of: columns, in: line)
            }
        }
        guard places != nil else { throw Damage() }
    }

    private static func places(of columns: [String], in header: ArraySlice<UInt8>) throws -> [Int] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = header.starts(with: mark) ? header.dropFirst(mark.count) : header
        let names = text.filter { $0 != carriageReturn }.split(
            separator: comma, omittingEmptySubsequences: false)
        return try columns.map { column in
            guard let place = names.firstIndex(where: { $0.elementsEqual(column.utf8) }) else {
                throw Damage()
            }
            return place
        }
    }

    private static func forEachLine(
        of file: borrowing FileDescriptor, path: String, _ visit: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: bufferBytes)
        var beginning: [UInt8] = []
        while true {
            let count = try file.read(into: &buffer) { FileSystemError("read", $0, path: path) }
            var start = 0
            while let end = buffer[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                if beginning.isEmpty {
                    try visit(buffer[start..<end])
                } else {
                    beginning += buffer[start..<end]
                    try visit(beginning[...])
                    beginning.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            beginning += buffer[start..<count]
            guard beginning.count <= lineBytesMax else { throw Damage() }
            if count < buffer.count { break }
        }
        // The last line has its end, too.
        guard beginning.isEmpty else { throw Damage() }
    }

    private static let comma = UInt8(ascii: ",")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Nil if there are fewer cells.
    private static func cells(of line: ArraySlice<UInt8>, at places: [Int]) -> [[UInt8]]? {
        let last = places.max() ?? 0
        var cells = [[UInt8]](repeating: [], count: places.count)
        var (column, isQuoted) = (0, false)
        var target = places.firstIndex(of: 0)
        for byte in line {
            switch byte {
            case comma where !isQuoted:
                column += 1
                if column > last { return cells }
                target = places.firstIndex(of: column)
            case carriageReturn: break
            default:
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if let target { cells[target].append(byte) }
            }
        }
        return column == last && !isQuoted ? cells : nil
    }
}

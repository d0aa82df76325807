/// How a table's cells are parted.
enum CellDelimiter: Hashable {
    /// One character, outside of quotes (RFC 4180).
    case character(UInt8)
    /// HTML's `<td>` and `<th>`.
    case element
    /// Two spaces or more: a cell begins where its heading does.
    case columns(starts: [Int])
}

/// A line as cells; the frame of a Markdown table is no cell.
struct TableRow {
    let ranges: [Range<Int>]
    private let line: UnsafeRawBufferPointer

    init(_ line: UnsafeRawBufferPointer, delimiter: CellDelimiter) {
        self.line = line
        switch delimiter {
        case .character(let character): ranges = Self.ranges(of: line, character)
        case .element: ranges = Self.elements(of: line)
        case .columns(let starts):
            let ends = starts.dropFirst() + [line.count]
            ranges = zip(starts, ends).filter { $0.0 < line.count }.map { $0..<min($1, line.count) }
        }
    }

    private static func ranges(of line: UnsafeRawBufferPointer, _ delimiter: UInt8) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var isQuoted = false
        var isBlank = true
        for index in 0..<line.count {
            let byte = line[index]
            if byte == delimiter, !isQuoted {
                // A heading of Jira's wiki has two bars where a row has one.
                let isDouble =
                    byte == UInt8(ascii: "|") && index > 0 && line[index - 1] == byte && start == index
                if !isDouble || start == 0 { ranges.append(start..<index) }
                start = index + 1
                isBlank = true
            } else if byte == UInt8(ascii: "\"") {
                // A quote within a field is a character; only at its beginning it opens one.
                isQuoted = isQuoted ? false : isBlank || index > start && line[index - 1] == byte
                isBlank = false
            } else if byte != 0x20 {
                isBlank = false
            }
        }
        ranges.append(start..<line.count)
        if delimiter == UInt8(ascii: "|"), ranges.count > 2 {
            while ranges.count > 2, Self.isBlank(line[ranges[0]]) { ranges.removeFirst() }
            while let last = ranges.last, ranges.count > 2, Self.isBlank(line[last]) { ranges.removeLast() }
        }
        return ranges
    }

    /// The cells' content; a cell whose end stands on another line ends with the line.
    private static func elements(of line: UnsafeRawBufferPointer) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while let open = line[index...].firstIndex(of: UInt8(ascii: "<")) {
            index = open + 1
            guard isCell(line, at: index), let start = line[index...].firstIndex(of: UInt8(ascii: ">")) else {
                continue
            }
            var end = start + 1
            while end < line.count,
                !(line[end] == UInt8(ascii: "<") && isCell(line, at: end + 1, isEnd: true))
            { end += 1 }
            ranges.append((start + 1)..<end)
            index = end
        }
        return ranges
    }

    /// Whether `td`, `th` or their end stands at `index`, or with `isEnd` what ends a cell.
    private static func isCell(_ line: UnsafeRawBufferPointer, at index: Int, isEnd: Bool = false) -> Bool {
        var index = index
        if isEnd, index < line.count, line[index] == UInt8(ascii: "/") { index += 1 }
        guard index + 2 < line.count, line[index] | 0x20 == UInt8(ascii: "t") else { return false }
        let second = line[index + 1] | 0x20
        let isName =
            second == UInt8(ascii: "d") || second == UInt8(ascii: "h") || isEnd && second == UInt8(ascii: "r")
        return isName && (line[index + 2] == UInt8(ascii: ">") || line[index + 2] == 0x20)
    }

    /// The cells' bytes without spaces, quotes and emphasis around them.
    var cells: [Slice<UnsafeRawBufferPointer>] { ranges.map { Self.trimmed(line, $0) } }

    static func trimmed(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Slice<UnsafeRawBufferPointer>
    {
        var cell = line[range]
        while let first = cell.first, isMargin(first) { cell.removeFirst() }
        while let last = cell.last, isMargin(last) { cell.removeLast() }
        return cell
    }

    /// A cell's text: quotes taken off, digests left out.
    static func text(_ line: UnsafeRawBufferPointer, _ range: Range<Int>, without digests: [Range<Int>])
        -> [UInt8]
    {
        var cell = line[range]
        while cell.first == 0x20 { cell.removeFirst() }
        while cell.last == 0x20 || cell.last == 0x0D { cell.removeLast() }
        let isQuoted = cell.count >= 2 && cell.first == UInt8(ascii: "\"") && cell.last == UInt8(ascii: "\"")
        if isQuoted { cell = cell.dropFirst().dropLast() }
        var text: [UInt8] = []
        var wasQuote = false
        for index in cell.indices where !digests.contains(where: { $0.contains(index) }) {
            let byte = cell[index]
            if isQuoted, byte == UInt8(ascii: "\""), wasQuote {
                wasQuote = false
                continue
            }
            wasQuote = byte == UInt8(ascii: "\"")
            text.append(byte)
        }
        return text
    }

    private static func isBlank(_ cell: Slice<UnsafeRawBufferPointer>) -> Bool {
        cell.allSatisfy { $0 == 0x20 }
    }

    private static func isMargin(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
            || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "#")
    }
}

/// Keys and headings under which a file's name or path stands.
///
/// Sources: Sysmon (`Image`, `ImageLoaded`, `TargetFilename`), Velociraptor (`OSPath`), CrowdStrike
/// (`ImageFileName`), the Elastic Common Schema (`process.executable`), PowerShell (`Path`), MISP and STIX
/// (`filename`, `name`).
enum FileNameKey {
    static func isFileName(_ key: some Collection<UInt8>) -> Bool {
        key.count <= 64 && names.contains(LabelWords.words(of: key).joined())
    }

    private static let names: Set = [
        "file", "filename", "filepath", "filefullpath", "path", "fullpath", "fullname", "ospath", "name",
        "image",
        "imagepath", "imagename", "imagefilename", "imageloaded", "targetfilename", "targetpath",
        "executable",
        "executablepath", "processpath", "processname", "processexecutable", "processimage", "sourcefile",
        "originalfilename",
        "filenames", "folderpath", "objectname", "datei", "dateiname", "dateipfad", "pfad", "fichier",
        "arquivo", "archivo", "fichero", "bestand", "plik",
        "archivo", "nom",
        "meaningfulname", "samplename", "component", "filelocation", "location", "fn",
    ]
}

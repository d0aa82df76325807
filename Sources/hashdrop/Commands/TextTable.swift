/// Records of a table in text, in the manner of RFC 4180: separated by commas, semicolons or tabs, which the
/// first line shows, or names as Excel does (`sep=;`). Empty lines, lines of nothing but separators, and
/// lines that begin with `#`, are none.
struct TextTable {
    struct Record {
        /// Where it begins; quoted fields may have lines.
        var line: Int
        var fields: [String]

        /// The fields up to the last that is not blank: a spreadsheet ends each line with the separators of
        /// its widest one.
        var filled: ArraySlice<String> {
            fields[..<(fields.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? 0)]
        }

        static func isBlank(_ field: String) -> Bool { field.allSatisfy { $0 == " " || $0 == "\t" } }
    }

    private(set) var records: [Record] = []
    /// What ends the table before its end.
    private(set) var mistake: UserList.Mistake?

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var separator = UInt8(ascii: ",")

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(_ text: String) {
        bytes = Array(text.utf8)
        var isSeparatorNamed = false
        while position < bytes.count, mistake == nil {
            if isBlankOrComment {
                skipLine()
            } else if records.isEmpty, !isSeparatorNamed, let named = namedSeparator {
                (separator, isSeparatorNamed) = (named, true)
                skipLine()
            } else {
                if records.isEmpty, !isSeparatorNamed { separator = findSeparator() }
                readRecord()
            }
        }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == Self.newline || byte == Self.carriageReturn }

    private var restOfLine: ArraySlice<UInt8> { bytes[position...].prefix { !isLineEnd($0) } }

    private var isBlankOrComment: Bool {
        let rest = restOfLine.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return rest.isEmpty || rest.first == UInt8(ascii: "#")
    }

    private static let separators = [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")]

    private func findSeparator() -> UInt8 {
        Self.separators.first(where: restOfLine.contains) ?? UInt8(ascii: ",")
    }

    /// What a line `sep=;` names, with or without quotation marks.
    private var namedSeparator: UInt8? {
        var words = Array(restOfLine)
        if words.count == 7, words.first == Self.quote, words.last == Self.quote {
            words = Array(words.dropFirst().dropLast())
        }
        guard words.count == 5, String(decoding: words.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        return Self.separators.first { $0 == words[4] }
    }

    private mutating func skipLine() {
        position += restOfLine.count
        endLine()
    }

    /// Passes over a line's end, if there is one: `\n`, `\r\n` or `\r`.
    private mutating func endLine() {
        guard position < bytes.count else { return }
        let isPair =
            bytes[position] == Self.carriageReturn && position + 1 < bytes.count
            && bytes[position + 1] == Self.newline
        position += isPair ? 2 : 1
        line += 1
    }

    private mutating func readRecord() {
        var record = Record(line: line, fields: [])
        while true {
            guard let field = readField() else { return }
            record.fields.append(field)
            guard position < bytes.count, bytes[position] == separator else { break }
            position += 1
        }
        endLine()
        if !record.filled.isEmpty { records.append(record) }
    }

    /// Nil after a mistake.
    private mutating func readField() -> String? {
        guard position < bytes.count, bytes[position] == Self.quote else {
            let field = bytes[position...].prefix { $0 != separator && !isLineEnd($0) }
            position += field.count
            return String(decoding: field, as: UTF8.self)
        }
        let begin = line
        position += 1
        var field: [UInt8] = []
        while position < bytes.count {
            if bytes[position] == Self.quote {
                position += 1
                guard position < bytes.count, bytes[position] == Self.quote else {
                    return endOfQuoted(field, begin: begin)
                }
                field.append(Self.quote)
                position += 1
            } else if isLineEnd(bytes[position]) {
                field.append(Self.newline)
                endLine()
            } else {
                field.append(bytes[position])
                position += 1
            }
        }
        mistake = .init(line: begin, reason: "a quotation mark opens here and is not closed")
        return nil
    }

    private mutating func endOfQuoted(_ field: [UInt8], begin: Int) -> String? {
        guard position == bytes.count || bytes[position] == separator || isLineEnd(bytes[position]) else {
            mistake = .init(
                line: begin,
                reason: "after a quoted field comes something else than a separator; write a quotation mark "
                    + "within it twice")
            return nil
        }
        return String(decoding: field, as: UTF8.self)
    }
}

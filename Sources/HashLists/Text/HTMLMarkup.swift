/// Tags and entities of HTML, as far as a comment must leave them out.
enum HTMLMarkup {
    /// The tag that begins at `start`: where it ends and whether it parts cells, lines or paragraphs.
    ///
    /// `<` begins a tag if a name of ASCII letters and digits stands behind it and the tag ends on the line,
    /// whose last `>` is at `lastClose`: given, so that a line of tags without an end is not searched for
    /// each. `<alice@example.com>` and `<https://example.com>` are none.
    static func tag(
        in line: UnsafeRawBufferPointer, at start: Int, lastClose: Int
    ) -> (end: Int, isBreak: Bool)? {
        guard start < lastClose, line[start] == UInt8(ascii: "<") else { return nil }
        var index = start + 1
        if index < line.count, line[index] == UInt8(ascii: "/") || line[index] == UInt8(ascii: "!") {
            index += 1
        }
        let nameStart = index
        while index < line.count, isNameCharacter(line[index]) { index += 1 }
        let name = line[nameStart..<index]
        guard index < line.count, !name.isEmpty || line[nameStart - 1] == UInt8(ascii: "!") else {
            return nil
        }
        switch line[index] {
        case UInt8(ascii: ">"), UInt8(ascii: "/"), 0x20, 0x09: break
        case UInt8(ascii: "-") where name.isEmpty: break
        default: return nil
        }
        guard let close = line[index...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let lowercased = name.map { $0 | 0x20 }
        return (close + 1, breakingNames.contains { lowercased.elementsEqual($0.utf8) })
    }

    /// The entity that begins at `start`, the character it stands for and where it ends.
    static func entity(in line: UnsafeRawBufferPointer, at start: Int) -> (byte: UInt8, end: Int)? {
        guard line[start] == UInt8(ascii: "&") else { return nil }
        for (name, byte) in entities where line[start...].starts(with: name.utf8) {
            return (byte, start + name.utf8.count)
        }
        return nil
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        byte < 0x80 && byte != UInt8(ascii: "_") && CharacterClass.ofASCII(byte) != 0
    }

    private static let breakingNames = ["td", "th", "tr", "li", "br", "p", "div"]

    private static let entities: [(String, UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")), ("&#39;", UInt8(ascii: "'")),
        ("&nbsp;", 0x20), ("&#160;", 0x20), ("&#8209;", UInt8(ascii: "-")), ("&#8208;", UInt8(ascii: "-")),
        ("&#8211;", UInt8(ascii: "-")), ("&#x2011;", UInt8(ascii: "-")), ("&#61;", UInt8(ascii: "=")),
    ]
}

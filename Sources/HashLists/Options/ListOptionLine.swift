/// Line of a list that sets options: `# hashdrop: key=value …`, in either case. It counts within the first
/// lines only. The colon may be forgotten where a `key=value` follows at once: any other words are a comment
/// of the list.
package struct ListOptionLine: Hashable, Sendable {
    /// The lines of a list that may set options: the first 20.
    package static let linesMax = 20

    /// Counted from 1.
    package var number: Int
    /// What stands behind the colon, or behind the name.
    package var text: String

    package init(number: Int, text: String) {
        self.number = number
        self.text = text
    }

    /// Whether it stands so far up that its options count.
    package var counts: Bool { number <= Self.linesMax }

    /// Nil for any other line.
    init?(_ line: UnsafeRawBufferPointer, number: Int) {
        var rest = line[...]
        func skipSpaces() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
        skipSpaces()
        guard rest.first == UInt8(ascii: "#") else { return nil }
        rest = rest.drop { $0 == UInt8(ascii: "#") }
        skipSpaces()
        guard rest.count > Self.name.count,
            zip(rest, Self.name).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        rest = rest.dropFirst(Self.name.count)
        let isWord = rest.first == 0x20 || rest.first == 0x09
        skipSpaces()
        let hasColon = rest.first == UInt8(ascii: ":")
        let text = String(decoding: hasColon ? rest.dropFirst() : rest, as: UTF8.self)
        guard hasColon || isWord && OptionWord.words(of: text).first?.isAssignment == true else { return nil }
        self.number = number
        self.text = text
    }

    private static let name = Array("hashdrop".utf8)
}

/// Windows-1252, the encoding of text that is not UTF-8 in most of the West: what Excel writes as CSV.
///
/// Bytes that are valid UTF-8 stay; each other byte becomes its character in Windows-1252, and U+FFFD where
/// it has none. Source: the WHATWG's Encoding Standard, index windows-1252.
enum Windows1252 {
    /// The text as UTF-8; nil if it is that already.
    static func utf8(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard var index = firstInvalid(in: text, from: 0) else { return nil }
        var out = Array(text[..<index])
        while index < text.count {
            out.append(contentsOf: UTF8.encode(character(text[index]))!)
            let next = index + 1
            index = firstInvalid(in: text, from: next) ?? text.count
            out += text[next..<index]
        }
        return out
    }

    private static func firstInvalid(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index < text.count {
            // Eight bytes of ASCII at a time.
            while index + 8 <= text.count,
                text.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
            }
            guard index < text.count else { return nil }
            if text[index] < 0x80 {
                index += 1
            } else if let (_, length) = UTF8Sequence.scalar(in: text, at: index) {
                index += length
            } else {
                return index
            }
        }
        return nil
    }

    private static func character(_ byte: UInt8) -> Unicode.Scalar {
        (0x80...0x9F).contains(byte) ? upper[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }

    private static let upper: [Unicode.Scalar] = Array(
        "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ".unicodeScalars)
}

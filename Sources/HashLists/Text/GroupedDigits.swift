import Model

/// Digests in groups of four, eight or sixteen digits, as some programs print them for human eyes.
enum GroupedDigits {
    /// Whether the line ends with a digest in groups, behind a label that names one. Without a label it may
    /// as well be a dump of memory.
    static func isLabelledDigest(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let (start, digits) = groups(atEndOf: line),
            FileHash.Kind.allCases.contains(where: { $0.byteCount * 2 == digits })
        else { return false }
        let front = line[..<start].suffix(DigestLabel.bytesMax)
        let name = front.reversed().drop { $0 == 0x20 || $0 == UInt8(ascii: ":") }.reversed()
        return DigestLabel(front)?.namesDigest ?? false || NameOfFile.ends(Array(name)[...])
    }

    /// Where the groups at the line's end begin, and how many digits they have.
    private static func groups(atEndOf line: UnsafeRawBufferPointer) -> (start: Int, digits: Int)? {
        var end = line.count
        while end > 0, line[end - 1] <= 0x20 { end -= 1 }
        let size = line[..<end].reversed().prefix(while: CharacterClass.isHexadecimalDigit).count
        guard size == 4 || size == 8 || size == 16 else { return nil }
        var (start, digits) = (end, 0)
        while start >= size, line[(start - size)..<start].allSatisfy(CharacterClass.isHexadecimalDigit) {
            start -= size
            digits += size
            guard start > 0, isSeparator(line[start - 1]) else { break }
            start -= 1
        }
        return (start, digits)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
    }
}

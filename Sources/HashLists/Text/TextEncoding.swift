/// How a file's bytes stand for text.
enum TextEncoding: Hashable, Sendable {
    case utf8
    case utf16LittleEndian
    case utf16BigEndian

    /// The encoding of a file that begins with `head`, and the length in bytes of its byte order mark.
    ///
    /// Without a mark, UTF-16 shows in its NUL bytes: ASCII characters, of which a hash list mostly consists,
    /// have one each, always on the same side. At least a quarter of the units must have one, and at least
    /// four; fewer are an accident in a file that is no text. On the other side only few characters have one
    /// (`一`).
    static func detect(head: [UInt8]) -> (encoding: TextEncoding, markBytes: Int) {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if head.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if head.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        var evenCount = 0
        var oddCount = 0
        for (index, byte) in head.enumerated() where byte == 0 {
            if index.isMultiple(of: 2) { evenCount += 1 } else { oddCount += 1 }
        }
        let enough = max(4, head.count / 8)
        if oddCount >= enough, evenCount <= oddCount / 8 { return (.utf16LittleEndian, 0) }
        if evenCount >= enough, oddCount <= evenCount / 8 { return (.utf16BigEndian, 0) }
        return (.utf8, 0)
    }
}

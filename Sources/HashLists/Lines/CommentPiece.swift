/// One piece of a line's rest, without what only parts it from its neighbours.
enum CommentPiece {
    /// The piece trimmed of spaces, separators, quotes and list marks, or nil if it says nothing: it has no
    /// letter or digit, or is the name of an algorithm.
    static func tidied(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var piece = bytes[...]
        while let first = piece.first {
            if isTrimmed(first) || isClosingBracket(first) {
                piece.removeFirst()
            } else if let length = leadingDashLength(piece) {
                piece.removeFirst(length)
            } else {
                break
            }
        }
        while let last = piece.last {
            if isTrimmed(last) || isOpeningBracket(last) {
                piece.removeLast()
            } else if let length = trailingDashLength(piece) {
                piece.removeLast(length)
            } else {
                break
            }
        }
        let saysSomething = piece.contains { $0 >= 0x80 || CharacterClass.ofASCII($0) != 0 }
        return saysSomething && !isAlgorithmName(piece) ? UnsafeRawBufferPointer(rebasing: piece) : nil
    }

    private static func isTrimmed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "|"),
            UInt8(ascii: "="), UInt8(ascii: "*"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"),
            UInt8(ascii: "#"):
            true
        default: false
        }
    }

    private static func isOpeningBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
            || byte == UInt8(ascii: "<")
    }

    private static func isClosingBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
            || byte == UInt8(ascii: ">")
    }

    /// The length of a dash at the beginning with a space or nothing behind it: a list's or a sentence's. One
    /// without may begin a name.
    private static func leadingDashLength(_ piece: Slice<UnsafeRawBufferPointer>) -> Int? {
        let length = piece.first == UInt8(ascii: "-") ? 1 : isLongDash(piece.prefix(3)) ? 3 : 0
        let next = piece.dropFirst(length).first
        return length > 0 && (next == nil || next == 0x20) ? length : nil
    }

    private static func trailingDashLength(_ piece: Slice<UnsafeRawBufferPointer>) -> Int? {
        let length = piece.last == UInt8(ascii: "-") ? 1 : isLongDash(piece.suffix(3)) ? 3 : 0
        return length > 0 && piece.dropLast(length).last == 0x20 ? length : nil
    }

    /// `–` or `—` in UTF-8.
    private static func isLongDash(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard bytes.count == 3, bytes.first == 0xE2 else { return false }
        return bytes[bytes.startIndex + 1] == 0x80 && (0x93...0x94).contains(bytes[bytes.startIndex + 2])
    }

    /// Names of algorithms and what programs call a hash, in lower case without spaces and punctuation.
    private static let algorithmNames: [UInt128] = [
        "md5", "sha1", "sha256", "sha2256", "hash", "filehash", "md5hash", "sha1hash", "sha256hash", "md5sum",
        "sha1sum", "sha256sum",
    ].map { name in name.utf8.reduce(0) { $0 << 8 | UInt128($1) } }

    /// Whether the piece, but for case, spaces and punctuation, is the name of an algorithm: `SHA-256`,
    /// `(MD5)`.
    private static func isAlgorithmName(_ piece: Slice<UnsafeRawBufferPointer>) -> Bool {
        // Sixteen characters fit into one number.
        guard piece.count <= 16 else { return false }
        var letters: UInt128 = 0
        for byte in piece {
            if byte >= 0x80 { return false }
            if CharacterClass.ofASCII(byte) == 0 || byte == UInt8(ascii: "_") { continue }
            letters = letters << 8 | UInt128(byte | 0x20)
        }
        return algorithmNames.contains(letters)
    }
}

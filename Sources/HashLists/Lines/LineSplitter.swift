/// Cuts text at its line breaks: LF, CR LF and a lone CR, each once, in chunks cut anywhere.
struct LineSplitter {
    /// A CR at the end of a chunk may be half of a CR LF.
    private var endedWithCarriageReturn = false

    /// Calls `piece` with the text up to each line break, and whether the line ends there.
    mutating func split(
        _ bytes: UnsafeRawBufferPointer, piece: (UnsafeRawBufferPointer, Bool) throws -> Void
    ) rethrows {
        var start = 0
        if endedWithCarriageReturn, !bytes.isEmpty {
            endedWithCarriageReturn = false
            if bytes[0] == 0x0A { start = 1 }
        }
        var index = start
        while let end = Self.lineBreak(in: bytes, from: index) {
            index = end
            let byte = bytes[index]
            try piece(UnsafeRawBufferPointer(rebasing: bytes[start..<index]), true)
            index += 1
            if byte == 0x0D {
                if index == bytes.count {
                    endedWithCarriageReturn = true
                } else if bytes[index] == 0x0A {
                    index += 1
                }
            }
            start = index
        }
        if start < bytes.count { try piece(UnsafeRawBufferPointer(rebasing: bytes[start...]), false) }
    }

    /// The first line break at or after `index`, by eight bytes at a time: a word in which a byte equals
    /// another is found without a branch for each (Hacker's Delight, 6-1).
    @inline(__always)
    private static func lineBreak(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
        var index = index
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let found = zeroBytes(word ^ 0x0A0A_0A0A_0A0A_0A0A) | zeroBytes(word ^ 0x0D0D_0D0D_0D0D_0D0D)
            // The lowest mark is exact; those above may be its carry. The first byte is the lowest on this
            // machine.
            if found != 0 { return index + UInt64(littleEndian: found).trailingZeroBitCount / 8 }
            index += 8
        }
        return bytes[index...].firstIndex { $0 == 0x0A || $0 == 0x0D }
    }

    /// The high bit of each byte that is zero, and perhaps of bytes above one.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}

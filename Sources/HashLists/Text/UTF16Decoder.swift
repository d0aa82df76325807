/// Turns UTF-16 in chunks cut anywhere into UTF-8; a surrogate without its partner becomes U+FFFD.
///
/// A program that appends to a file of another program's does not ask for its encoding: where UTF-16 goes on
/// as text of one byte a character, that is read as such, until a NUL byte shows that it is UTF-16 again.
struct UTF16Decoder {
    var isBigEndian = false
    /// Whether the encoding has changed within the file.
    private(set) var hasChanged = false
    private var isBytes = false
    private var firstByte: UInt8?
    private var highSurrogate: UInt16?
    /// Units of which both bytes are ASCII: Chinese characters, or text of one byte a character.
    private var doubtful: [UInt8] = []
    private var out: [UInt8] = []

    /// So many doubtful units in a row are text of one byte a character: 32 bytes, the length of the shortest
    /// hash. In Chinese text a unit is doubtful by a chance of about a third.
    private static let doubtfulUnitsMax = 16

    /// Emits the chunk's characters; returns the offset of a NUL character in the chunk, if it has one, and
    /// stops there. It is -1 if the chunk before holds the character's first byte.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Int? {
        var fault: Int?
        for index in 0..<bytes.count {
            if isBytes {
                takeByte(bytes[index])
                continue
            }
            guard let first = firstByte else {
                firstByte = bytes[index]
                continue
            }
            firstByte = nil
            if first == 0, bytes[index] == 0 {
                fault = index - 1
                break
            }
            takeUnit(first, bytes[index])
        }
        if !out.isEmpty { try out.withUnsafeBytes(emit) }
        out.removeAll(keepingCapacity: true)
        return fault
    }

    /// Emits what was held back, and U+FFFD for a unit or a pair that the end of the file cut.
    mutating func finish(emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        settleDoubt()
        if firstByte != nil || highSurrogate != nil { UTF8Sequence.append("\u{FFFD}", to: &out) }
        firstByte = nil
        highSurrogate = nil
        guard !out.isEmpty else { return }
        try out.withUnsafeBytes(emit)
        out.removeAll()
    }

    private mutating func takeUnit(_ first: UInt8, _ second: UInt8) {
        if Self.isText(first), Self.isText(second) {
            doubtful += [first, second]
            guard doubtful.count >= 2 * Self.doubtfulUnitsMax else { return }
            isBytes = true
            hasChanged = true
            endPair()
            out += doubtful
            return doubtful.removeAll(keepingCapacity: true)
        }
        settleDoubt()
        append(unit(first, second))
    }

    /// The doubtful units were characters of UTF-16 after all.
    private mutating func settleDoubt() {
        for index in stride(from: 0, to: doubtful.count, by: 2) {
            append(unit(doubtful[index], doubtful[index + 1]))
        }
        doubtful.removeAll(keepingCapacity: true)
    }

    private mutating func takeByte(_ byte: UInt8) {
        guard byte == 0 else { return out.append(byte < 0x80 ? byte : UInt8(ascii: "?")) }
        // A unit again: its other byte was taken for a character of one byte, or is the next.
        isBytes = false
        if isBigEndian { firstByte = 0 }
    }

    private func unit(_ first: UInt8, _ second: UInt8) -> UInt16 {
        isBigEndian ? UInt16(first) << 8 | UInt16(second) : UInt16(second) << 8 | UInt16(first)
    }

    private static func isText(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private mutating func endPair() {
        if highSurrogate != nil { UTF8Sequence.append("\u{FFFD}", to: &out) }
        highSurrogate = nil
    }

    private mutating func append(_ unit: UInt16) {
        if let high = highSurrogate {
            highSurrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                return UTF8Sequence.append(Unicode.Scalar(value) ?? "\u{FFFD}", to: &out)
            }
            UTF8Sequence.append("\u{FFFD}", to: &out)
        }
        if UTF16.isLeadSurrogate(unit) {
            highSurrogate = unit
        } else if unit < 0x80 {
            out.append(UInt8(truncatingIfNeeded: unit))
        } else {
            UTF8Sequence.append(Unicode.Scalar(unit) ?? "\u{FFFD}", to: &out)
        }
    }
}

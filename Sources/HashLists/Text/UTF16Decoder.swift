/// Turns UTF-16 in chunks cut anywhere into UTF-8; a surrogate without its partner becomes U+FFFD.
struct UTF16Decoder {
    var isBigEndian = false
    private var firstByte: UInt8?
    private var highSurrogate: UInt16?
    private var out: [UInt8] = []

    /// Emits the chunk's characters; returns the offset of a NUL character in the chunk, if it has one, and
    /// stops there. It is -1 if the chunk before holds the character's first byte.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Int? {
        var fault: Int?
        for index in 0..<bytes.count {
            guard let first = firstByte else {
                firstByte = bytes[index]
                continue
            }
            firstByte = nil
            let (high, low) = isBigEndian ? (first, bytes[index]) : (bytes[index], first)
            let unit = UInt16(high) << 8 | UInt16(low)
            if unit == 0 {
                fault = index - 1
                break
            }
            append(unit)
        }
        if !out.isEmpty { try out.withUnsafeBytes(emit) }
        out.removeAll(keepingCapacity: true)
        return fault
    }

    /// Emits U+FFFD for a unit or a pair that the end of the file cut.
    mutating func finish(emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard firstByte != nil || highSurrogate != nil else { return }
        try Array("\u{FFFD}".utf8).withUnsafeBytes(emit)
        firstByte = nil
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

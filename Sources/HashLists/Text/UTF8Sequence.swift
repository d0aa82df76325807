/// The shape of one character in UTF-8 (RFC 3629, section 3).
enum UTF8Sequence {
    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// The length in bytes that a character with this first byte has; 1 if no character begins with it.
    static func length(lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    /// How many bytes at the end are a character's beginning without its end: 0 to 3.
    static func cutSuffixLength(of bytes: UnsafeRawBufferPointer) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if isContinuation(byte) { continue }
            return length(lead: byte) > back ? back : 0
        }
        return 0
    }

    /// The character at `index` and its length, or nil if the bytes there are invalid.
    static func scalar(
        in bytes: UnsafeRawBufferPointer, at index: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        let lead = bytes[index]
        let length = length(lead: lead)
        guard length > 1, index + length <= bytes.count else { return nil }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for next in index + 1..<index + length {
            guard isContinuation(bytes[next]) else { return nil }
            value = value << 6 | UInt32(bytes[next] & 0x3F)
        }
        // A value that a shorter sequence could hold is invalid, as is a surrogate.
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }

    static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}

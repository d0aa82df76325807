import Support

/// Mail's encoding of bytes as `=C3=BC` (RFC 2045, 6.7).
enum QuotedPrintable {
    /// The line with its escapes decoded, but for the equals sign of a soft line break at its end; nil if it
    /// has none.
    static func decoded(_ line: UnsafeRawBufferPointer) -> [UInt8]? {
        guard line.dropLast().contains(UInt8(ascii: "=")) else { return nil }
        var bytes: [UInt8] = []
        var index = 0
        var hasEscape = false
        while index < line.count {
            if line[index] == UInt8(ascii: "="), index + 2 < line.count || index + 3 == line.count,
                let high = Hex.value(line[index + 1]), let low = Hex.value(line[index + 2])
            {
                bytes.append(high << 4 | low)
                hasEscape = true
                index += 3
            } else {
                bytes.append(line[index])
                index += 1
            }
        }
        return hasEscape ? bytes : nil
    }
}

/// The variable that a line of code sets: `SECRET_KEY = os.environ.get("SK", "<digest>")`.
enum Assignment {
    /// The variable's name as a label; nil if the line sets none, or the digest stands before its value.
    static func label(of line: UnsafeRawBufferPointer, before digest: Int) -> DigestLabel? {
        guard let equals = line.prefix(64).firstIndex(of: UInt8(ascii: "=")), equals < digest,
            equals + 1 < line.count, line[equals + 1] != UInt8(ascii: "=")
        else { return nil }
        let name = TableRow.trimmed(line, 0..<equals).drop { $0 == UInt8(ascii: "$") }
        let isName = name.allSatisfy {
            CharacterClass.ofASCII($0 & 0x7F) != 0 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        return isName ? DigestLabel(name) : nil
    }
}

/// A password's salt beside its hash: `"salt" : "…"`, `salt=…`.
enum Salt {
    static func isIn(_ line: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 5 < line.count {
            guard line[index] | 0x20 == UInt8(ascii: "s"), line[index + 1] | 0x20 == UInt8(ascii: "a"),
                line[index + 2] | 0x20 == UInt8(ascii: "l"), line[index + 3] | 0x20 == UInt8(ascii: "t"),
                index == 0 || CharacterClass.ofASCII(line[index - 1] & 0x7F) == 0
            else {
                index += 1
                continue
            }
            let next = line[(index + 4)...].first { $0 != 0x20 && $0 != UInt8(ascii: "\"") }
            if next == UInt8(ascii: ":") || next == UInt8(ascii: "=") { return true }
            index += 4
        }
        return false
    }
}

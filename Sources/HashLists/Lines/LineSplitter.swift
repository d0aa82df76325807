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
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == 0x0A || byte == 0x0D else {
                index += 1
                continue
            }
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
}

/// Finds the words of a text that comes in pieces, keeping a bounded beginning of the word at a piece's end.
///
/// A piece must not cut a character.
struct TokenStream {
    private var keptBytes: [UInt8] = []
    private var byteCount = 0
    private var traits: UInt8 = 0

    /// Calls `found` with every word of at least `Token.byteCountMin` that ends in `bytes`; one that reaches
    /// the end may go on.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, found: (Token) throws -> Void
    ) rethrows {
        var index = 0
        if byteCount > 0 {
            index = Tokenizer.endOfWord(in: bytes, from: 0, traits: &traits)
            keep(bytes[..<index])
            if index == bytes.count { return }
            try end(found: found)
        }
        while let (word, range) = Tokenizer.nextWord(in: bytes, from: index) {
            if range.upperBound == bytes.count {
                traits = word.traits.rawValue
                return keep(bytes[range])
            }
            try found(word)
            index = range.upperBound
        }
    }

    /// Ends the word in progress, if there is one.
    mutating func end(found: (Token) throws -> Void) rethrows {
        guard byteCount > 0 else { return }
        let (byteCount, traits) = (byteCount, traits)
        self.byteCount = 0
        self.traits = 0
        if byteCount >= Token.byteCountMin {
            try keptBytes.withUnsafeBytes {
                try found(Token(bytes: $0, byteCount: byteCount, traits: .init(rawValue: traits)))
            }
        }
        keptBytes.removeAll(keepingCapacity: true)
    }

    private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
        byteCount += bytes.count
        keptBytes.append(contentsOf: bytes.prefix(max(0, Token.keptBytesMax - keptBytes.count)))
    }
}

import Support

/// A JSON string while it is read: decodes its escapes and keeps its beginning.
struct JSONString {
    /// The decoded beginning, at most `HashListLimits.keptStringBytesMax`.
    private(set) var bytes: [UInt8] = []
    /// Whether `bytes` is the whole string.
    private(set) var isWhole = true
    /// Whether a hash stands in it; known of a streamed string only.
    var hasHash = false
    /// Whether it is longer than what is kept, so that its hashes are taken while it is read.
    var isStreamed = false

    private enum Escape {
        case none
        case begun
        case unicode(digitCount: Int, value: UInt32)
    }
    private var escape = Escape.none
    private var highSurrogate: UInt32?

    /// Whether the next byte belongs to an escape.
    var isEscaping: Bool { if case .none = escape { false } else { true } }

    mutating func begin() {
        bytes.removeAll(keepingCapacity: true)
        isWhole = true
        hasHash = false
        isStreamed = false
        escape = .none
        highSurrogate = nil
    }

    mutating func beginEscape() { escape = .begun }

    /// Keeps as much of `text` as there is room for; returns how many bytes that is.
    mutating func append(_ text: UnsafeRawBufferPointer) -> Int {
        let kept = min(text.count, HashListLimits.keptStringBytesMax - bytes.count)
        if kept < text.count { isWhole = false }
        bytes.append(contentsOf: text.prefix(kept))
        return kept
    }

    /// Takes the next byte of an escape; returns the characters that it stands for once it is complete.
    mutating func takeEscaped(_ byte: UInt8) -> [UInt8] {
        switch escape {
        case .unicode(let digitCount, let value):
            guard let digit = Hex.value(byte) else {
                // A malformed escape parts words and is otherwise forgotten.
                escape = .none
                return [0x20]
            }
            let next = value << 4 | UInt32(digit)
            guard digitCount == 3 else {
                escape = .unicode(digitCount: digitCount + 1, value: next)
                return []
            }
            escape = .none
            return decoded(next)
        case .begun, .none:
            if byte == UInt8(ascii: "u") {
                escape = .unicode(digitCount: 0, value: 0)
                return []
            }
            escape = .none
            return [Self.single[byte] ?? byte]
        }
    }

    private static let single: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C,
    ]

    /// The character with this UTF-16 unit; nothing yet for the first half of a pair.
    private mutating func decoded(_ unit: UInt32) -> [UInt8] {
        let high = highSurrogate
        highSurrogate = nil
        if (0xD800...0xDBFF).contains(unit) {
            highSurrogate = unit
            return []
        }
        var value = unit
        if let high, (0xDC00...0xDFFF).contains(unit) {
            value = 0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00)
        }
        var out: [UInt8] = []
        UTF8Sequence.append(Unicode.Scalar(value) ?? "\u{FFFD}", to: &out)
        return out
    }
}

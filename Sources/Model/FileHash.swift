import Support

/// A file's MD5, SHA-1 or SHA-256 digest: 16, 20 or 32 bytes.
///
/// A file has one of each; two of different kinds may name the same file and are still different values.
/// Stored inline, so that a million of them are a million times 40 bytes and nothing else.
package struct FileHash: Hashable, Sendable {
    package enum Kind: UInt8, CaseIterable, Sendable, Comparable {
        case md5 = 16
        case sha1 = 20
        case sha256 = 32

        /// The digest's length in bytes: 16, 20 or 32.
        package var byteCount: Int { Int(rawValue) }

        /// The usual name: `MD5`, `SHA-1`, `SHA-256`.
        package var name: String {
            switch self {
            case .md5: "MD5"
            case .sha1: "SHA-1"
            case .sha256: "SHA-256"
            }
        }

        /// Weaker before stronger: MD5 < SHA-1 < SHA-256.
        package static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }

    package let kind: Kind
    // Big-endian words, the unused tail zero: equality and order are those of the bytes.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest with these bytes, or nil unless there are 16, 20 or 32 of them.
    package init?(bytes: some Collection<UInt8>) {
        guard let kind = Kind(rawValue: UInt8(clamping: bytes.count)) else { return nil }
        self.kind = kind
        words = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() { set(byte, at: index) }
    }

    /// The digest with these bytes, or nil unless there are 16, 20 or 32 of them. Not generic, so that it is
    /// fast from other modules.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard let kind = Kind(rawValue: UInt8(clamping: bytes.count)) else { return nil }
        func word(_ index: Int) -> UInt64 {
            let start = index * 8
            if start + 8 <= bytes.count {
                return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            }
            // A SHA-1 ends with half a word.
            guard start < bytes.count else { return 0 }
            return UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
                << 32
        }
        self.kind = kind
        words = (word(0), word(1), word(2), word(3))
    }

    /// The digest written in hexadecimal, either case, or nil unless all are 32, 40 or 64 hexadecimal digits.
    package init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count <= 2 * Kind.sha256.byteCount,
            let hash = Array(digits).withUnsafeBytes({ FileHash(hexadecimal: $0) })
        else { return nil }
        self = hash
    }

    /// The digest written in hexadecimal, either case, or nil unless all are 32, 40 or 64 hexadecimal digits.
    ///
    /// Not `Hex.bytes`, and not generic, so that it is fast from other modules as well: reading a list spends
    /// its time here.
    package init?(hexadecimal digits: UnsafeRawBufferPointer) {
        guard digits.count.isMultiple(of: 2), let kind = Kind(rawValue: UInt8(clamping: digits.count / 2))
        else {
            return nil
        }
        var nonDigits: UInt8 = 0
        func word(_ index: Int) -> UInt64 {
            guard index * 16 < digits.count else { return 0 }
            let count = min(16, digits.count - index * 16)
            var word: UInt64 = 0
            for position in index * 16..<index * 16 + count {
                // Without branches: no processor can guess whether the next character is a digit or a letter.
                let digit = digits[position] &- 0x30
                let letter = (digits[position] | 0x20) &- 0x61
                nonDigits |= (digit > 9 ? 1 : 0) & (letter > 5 ? 1 : 0)
                word = word << 4 | UInt64(digit < 10 ? digit : letter &+ 10)
            }
            return word << UInt64((16 - count) * 4)
        }
        let (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
        if nonDigits != 0 { return nil }
        self.kind = kind
        words = (first, second, third, fourth)
    }

    /// The digest written in hexadecimal, either case, or nil if `text` is not one.
    package init?(_ text: some StringProtocol) {
        self.init(hexadecimal: Array(text.utf8))
    }

    /// The bytes: 16, 20 or 32.
    package var bytes: [UInt8] { (0..<kind.byteCount).map { byte(at: $0) } }

    /// The first eight bytes, whose order is that of the digests wherever they differ.
    package var prefix: UInt64 { words.0 }

    /// Calls `body` with the bytes; they are valid only during the call.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let bigEndian = (
            words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
        )
        return try withUnsafeBytes(of: bigEndian) {
            try body(UnsafeRawBufferPointer(rebasing: $0.prefix(kind.byteCount)))
        }
    }

    /// The digest in lower-case hexadecimal: 32, 40 or 64 digits.
    package var hexadecimal: String {
        withDigits { digits in
            String(unsafeUninitializedCapacity: digits.count) { $0.initialize(fromContentsOf: digits) }
        }
    }

    /// Appends the digest in lower-case hexadecimal.
    package func appendHexadecimal(to text: inout [UInt8]) {
        withDigits { text.append(contentsOf: $0) }
    }

    private func withDigits<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 8) { buffer in
            func write(_ word: UInt64, at index: Int) {
                buffer[index] = Self.digits(UInt32(truncatingIfNeeded: word >> 32))
                buffer[index + 1] = Self.digits(UInt32(truncatingIfNeeded: word))
            }
            write(words.0, at: 0)
            write(words.1, at: 2)
            write(words.2, at: 4)
            write(words.3, at: 6)
            return buffer.withMemoryRebound(to: UInt8.self) {
                body(UnsafeBufferPointer(rebasing: $0.prefix(2 * kind.byteCount)))
            }
        }
    }

    /// The eight digits of four bytes, in their order in memory; all of them at once, by arithmetic on
    /// bytes within a word.
    private static func digits(_ word: UInt32) -> UInt64 {
        // One nibble a byte.
        var nibbles = UInt64(word)
        nibbles = (nibbles << 16 | nibbles) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles << 8 | nibbles) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles << 4 | nibbles) & 0x0F0F_0F0F_0F0F_0F0F
        // 1 for each nibble above 9, which is a letter; from "9" to "a" it is 39 more than from 9 to 10.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
    }

    /// Whether it is one hexadecimal digit repeated: what stands for "none" where a digest is asked for.
    package var isOneDigitRepeated: Bool {
        let pattern = (words.0 >> 60) &* 0x1111_1111_1111_1111
        guard words.0 == pattern, words.1 == pattern else { return false }
        return switch kind {
        case .md5: true
        case .sha1: words.2 == pattern & 0xFFFF_FFFF_0000_0000
        case .sha256: words.2 == pattern && words.3 == pattern
        }
    }

    package static func == (a: FileHash, b: FileHash) -> Bool {
        a.kind == b.kind && a.words == b.words
    }

    package func hash(into hasher: inout Hasher) {
        // A digest is already evenly spread: one word of it is enough for a table.
        hasher.combine(words.0)
    }

    private func byte(at index: Int) -> UInt8 {
        let word =
            switch index >> 3 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - (index & 7) * 8))
    }

    private mutating func set(_ byte: UInt8, at index: Int) {
        let bits = UInt64(byte) << UInt64(56 - (index & 7) * 8)
        switch index >> 3 {
        case 0: words.0 |= bits
        case 1: words.1 |= bits
        case 2: words.2 |= bits
        default: words.3 |= bits
        }
    }
}

extension FileHash: Comparable {
    /// By bytes, of equal beginnings the shorter first: SQLite's order of the stored hashes.
    package static func < (a: FileHash, b: FileHash) -> Bool {
        a.words == b.words ? a.kind < b.kind : a.words < b.words
    }
}

extension FileHash: CustomStringConvertible {
    package var description: String { hexadecimal }
}

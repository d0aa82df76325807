import Model

/// A run of letters, digits and underscores with none of them beside it.
///
/// Letters and digits are those of Unicode, with the marks upon them.
struct Token {
    /// The word in UTF-8; of a word longer than `Token.keptBytesMax`, possibly its beginning only.
    let bytes: UnsafeRawBufferPointer
    /// The length of the whole word in bytes.
    let byteCount: Int
    let traits: Traits

    /// What characters a word contains; the values are those of `CharacterClass`.
    struct Traits: OptionSet {
        let rawValue: UInt8
        static let digit = Traits(rawValue: 1)
        static let hexadecimalLetter = Traits(rawValue: 2)
        static let otherCharacter = Traits(rawValue: 4)
    }

    /// No shorter word says anything, hash or misspelt hash: the scanners pass over it.
    static let byteCountMin = 25
    /// No word that says anything is longer: the longest misspelt hash that is reported has 136 digits.
    static let keptBytesMax = 160

    /// The hash that the word is: exactly 32, 40 or 64 hexadecimal digits, in either case.
    var hash: FileHash? {
        guard byteCount == 32 || byteCount == 40 || byteCount == 64 else { return nil }
        guard !traits.contains(.otherCharacter) else { return nil }
        return FileHash(hexadecimal: bytes)
    }
}

extension Token {
    /// The hash behind an escape that was written out: `\n` as a log writes it, whose `n` joins the hash
    /// behind it, and the equals sign of a mail, `=3D` (quoted-printable, RFC 2045, 6.7). Nil if there is
    /// none.
    func behindEscape(
        in line: UnsafeRawBufferPointer, _ range: Range<Int>
    ) -> (hash: FileHash, range: Range<Int>)? {
        // Windows' Amcache writes a file's SHA-1 behind four zeros.
        if range.count == 2 * FileHash.Kind.sha1.byteCount + 4, bytes.prefix(4).allSatisfy({ $0 == 0x30 }) {
            let rest = (range.lowerBound + 4)..<range.upperBound
            return FileHash(hexadecimal: UnsafeRawBufferPointer(rebasing: line[rest])).map { ($0, rest) }
        }
        // A label that the next one's was written against: `<digest>SHA-1:`.
        for kind in FileHash.Kind.allCases where range.count == 2 * kind.byteCount + 3 {
            let rest = range.lowerBound..<(range.upperBound - 3)
            let tail = line[rest.upperBound..<range.upperBound]
            if tail.elementsEqual("SHA".utf8) || tail.elementsEqual("MD5".utf8),
                let hash = FileHash(hexadecimal: UnsafeRawBufferPointer(rebasing: line[rest]))
            {
                return (hash, rest)
            }
        }
        guard range.lowerBound > 0, range.count > 2 * FileHash.Kind.md5.byteCount else { return nil }
        let (before, first) = (line[range.lowerBound - 1], line[range.lowerBound])
        let escape: Int
        switch before {
        case UInt8(ascii: "\\")
        where first == UInt8(ascii: "n") || first == UInt8(ascii: "r") || first == UInt8(ascii: "t"):
            escape = 1
        case UInt8(ascii: "=")
        where first == UInt8(ascii: "3") && line[range.lowerBound + 1] & 0xDF == UInt8(ascii: "D"):
            escape = 2
        // `%3A` of an address.
        case UInt8(ascii: "%") where CharacterClass.isHexadecimalDigit(first): escape = 2
        default: return nil
        }
        guard FileHash.Kind.allCases.contains(where: { 2 * $0.byteCount == byteCount - escape }) else {
            return nil
        }
        let rest = (range.lowerBound + escape)..<range.upperBound
        return FileHash(hexadecimal: UnsafeRawBufferPointer(rebasing: line[rest])).map { ($0, rest) }
    }
}

/// Finds the words of a text.
enum Tokenizer {
    /// The first word of at least `Token.byteCountMin` at or after `index` and where it lies, or nil if there
    /// is none; a shorter one counts if it reaches the text's end, where it may go on. No word may go on at
    /// `index`.
    static func nextWord(
        in bytes: UnsafeRawBufferPointer, from index: Int
    ) -> (word: Token, range: Range<Int>)? {
        var end = index
        while true {
            let start = startOfWord(in: bytes, from: startOfLongRun(in: bytes, from: end))
            guard start < bytes.count else { return nil }
            var traits: UInt8 = 0
            end = endOfWord(in: bytes, from: start, traits: &traits)
            guard end - start >= Token.byteCountMin || end == bytes.count else { continue }
            let word = Token(
                bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), byteCount: end - start,
                traits: .init(rawValue: traits))
            return (word, start..<end)
        }
    }

    /// Where the first run of `Token.byteCountMin` bytes without a separator may begin, at or after `index`;
    /// where there is no room for one any more, the text's last bytes.
    ///
    /// Only each 25th byte is looked at while those are separators: a run of 25 bytes cannot lie between two
    /// of them.
    @inline(__always)
    private static func startOfLongRun(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
        var index = index
        while index + Token.byteCountMin <= bytes.count {
            let probe = index + Token.byteCountMin - 1
            if isSeparator(bytes[probe]) {
                index = probe + 1
                continue
            }
            var start = probe
            while start > index, !isSeparator(bytes[start - 1]) { start -= 1 }
            return start
        }
        return index
    }

    /// Whether the byte parts words for certain: a character beyond ASCII is looked at more closely.
    @inline(__always)
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte < 0x80 && CharacterClass.ofASCII(byte) == 0
    }

    /// Where the first word at or after `index` begins, or the text's end.
    @inline(__always)
    private static func startOfWord(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int {
        var index = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                if CharacterClass.ofASCII(byte) != 0 { break }
                index += 1
            } else {
                guard let (scalar, length) = UTF8Sequence.scalar(in: bytes, at: index) else {
                    index += 1
                    continue
                }
                if CharacterClass.isLetterOrNumber(scalar) { break }
                index += length
            }
        }
        return index
    }

    /// Where the word that goes on at `index` ends; adds what it contains to `traits`.
    @inline(__always)
    static func endOfWord(in bytes: UnsafeRawBufferPointer, from index: Int, traits: inout UInt8) -> Int {
        var index = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                let characterClass = CharacterClass.ofASCII(byte)
                if characterClass == 0 { break }
                traits |= characterClass
                index += 1
            } else {
                guard let (scalar, length) = UTF8Sequence.scalar(in: bytes, at: index),
                    CharacterClass.isLetterOrNumber(scalar) || CharacterClass.isMark(scalar)
                else { break }
                traits |= Token.Traits.otherCharacter.rawValue
                index += length
            }
        }
        return index
    }
}

/// What a character means for the extent of words.
enum CharacterClass {
    /// The traits of an ASCII character as a part of a word, 0 if it parts words.
    @inline(__always)
    static func ofASCII(_ byte: UInt8) -> UInt8 {
        // A digit per character: its low bits are the traits. A literal needs no initialisation at run time.
        let table: StaticString = """
            0000000000000000000000000000000000000000000000001111111111000000\
            0222222444444444444444444440000402222224444444444444444444400000
            """
        return table.utf8Start[Int(byte)] & 7
    }

    static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
        // The class without the trait of other characters is a digit's or a hexadecimal letter's.
        byte < 0x80 && ofASCII(byte) & 3 != 0
    }

    static func isLetterOrNumber(_ scalar: Unicode.Scalar) -> Bool {
        // The commonest letters without the cost of looking them up: Latin, Greek and Cyrillic, Han.
        switch scalar.value {
        case 0xC0...0xD6, 0x391...0x3A1, 0x3A3...0x3C9, 0x400...0x481, 0x4E00...0x9FFF: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// Whether the character is written upon the one before it, such as an accent.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        // Variation selectors are marks as well, but follow pictures rather than letters.
        if (0xFE00...0xFE0F).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }
}

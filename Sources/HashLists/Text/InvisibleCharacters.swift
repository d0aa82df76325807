/// Characters and markup that are not visible and stand within a hash: wikis and mail programs put them into
/// long words so that these can be wrapped.
enum InvisibleCharacters {
    /// The line without what is invisible between two hexadecimal digits; nil if there is nothing of the
    /// kind.
    static func removed(from line: UnsafeRawBufferPointer) -> [UInt8]? {
        guard mayHoldAny(line) else { return nil }
        var clean: [UInt8] = []
        var index = 0
        var hasChanged = false
        while index < line.count {
            if let last = clean.last, CharacterClass.isHexadecimalDigit(last) {
                let end = endOfInvisible(in: line, from: index)
                if end > index, end < line.count, CharacterClass.isHexadecimalDigit(line[end]) {
                    index = end
                    hasChanged = true
                }
            }
            clean.append(line[index])
            index += 1
        }
        return hasChanged ? clean : nil
    }

    /// Most lines are ASCII without markup, and are looked at once, word by word.
    private static func mayHoldAny(_ line: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= line.count {
            let word = line.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 || has(UInt8(ascii: "<"), word)
                || has(UInt8(ascii: "&"), word)
            {
                return true
            }
            index += 8
        }
        return line[index...].contains { $0 >= 0x80 || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }
    }

    /// Whether one of the word's bytes is `byte`, without a branch for each (Hacker's Delight, 6-1).
    @inline(__always)
    private static func has(_ byte: UInt8, _ word: UInt64) -> Bool {
        let difference = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080 != 0
    }

    /// Where the invisible characters and markup that begin at `start` end; `start` itself if there are none.
    private static func endOfInvisible(in line: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end < line.count, let length = lengthOfInvisible(in: line, at: end) { end += length }
        return end
    }

    private static func lengthOfInvisible(in line: UnsafeRawBufferPointer, at start: Int) -> Int? {
        switch line[start] {
        case UInt8(ascii: "<"), UInt8(ascii: "&"):
            let rest = line[start...].prefix(spellingBytesMax)
            return spellings.first { spelling in
                rest.count >= spelling.count && zip(rest, spelling).allSatisfy { $0 | 0x20 == $1 }
            }?.count
        case 0x80...:
            guard let (scalar, length) = UTF8Sequence.scalar(in: line, at: start) else { return nil }
            return isInvisible(scalar) ? length : nil
        default: return nil
        }
    }

    /// Soft hyphen, zero-width spaces and joiners, direction marks, word joiner, byte order mark.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x180E, 0x200B...0x200F, 0x2060...0x2064, 0xFEFF: true
        default: false
        }
    }

    /// In lower case; of a digit or a sign, bit 5 is set already or is set here too.
    private static let spellings: [[UInt8]] = [
        "<wbr>", "<wbr/>", "<wbr />", "&shy;", "&#173;", "&#xad;", "&#8203;", "&#x200b;", "&zerowidthspace;",
        "&#8204;", "&#x200c;", "&zwnj;", "&#8205;", "&#x200d;", "&zwj;", "&#8288;", "&#x2060;", "&nobreak;",
        "&#65279;", "&#xfeff;", "&lrm;", "&rlm;",
    ].map { spelling in spelling.utf8.map { $0 | 0x20 } }

    private static let spellingBytesMax = 16
}

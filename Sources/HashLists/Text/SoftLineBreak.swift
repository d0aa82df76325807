import Model

/// The soft line break of a mail (quoted-printable, RFC 2045, 6.7): an equals sign at the end of a line that
/// goes on.
enum SoftLineBreak {
    /// The fewest digits before it that are taken for the beginning of a hash.
    private static let digitsMin = 8
    private static let digitsMax = 63

    /// Whether the line ends with the beginning of a hash and an equals sign.
    static func isCutHash(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.last == UInt8(ascii: "=") else { return false }
        return (digitsMin...digitsMax).contains(digitsAtEnd(line.dropLast()))
    }

    /// Both lines as one, if what the break parts makes a hash; nil otherwise.
    static func joined(_ line: [UInt8], _ next: UnsafeRawBufferPointer) -> [UInt8]? {
        let begun = line.dropLast()
        let count =
            line.withUnsafeBytes { digitsAtEnd($0.dropLast()) }
            + next.prefix {
                CharacterClass.isHexadecimalDigit($0)
            }.count
        let goesOn =
            SoftLineBreak.isCutHash(next) && next.dropLast().allSatisfy(CharacterClass.isHexadecimalDigit)
        guard goesOn || FileHash.Kind.allCases.contains(where: { $0.byteCount * 2 == count }),
            line.count + next.count <= HashListLimits.lineBytesMax
        else { return nil }
        return begun + Array(next)
    }

    private static func digitsAtEnd(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        let digits = bytes.reversed().prefix { CharacterClass.isHexadecimalDigit($0) }.count
        let before = bytes.dropLast(digits).last
        let isWord = before.map { $0 < 0x80 && CharacterClass.ofASCII($0) != 0 } ?? false
        return isWord ? 0 : digits
    }
}

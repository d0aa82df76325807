/// Lines of programs that write digests without a label, of which some are no file's.
///
/// | line | program | no file's |
/// | --- | --- | --- |
/// | `100644 blob <digest>`, then a tab and a name | `git ls-tree` | the digest: an object of git's |
/// | `10 <digest> ima-ng sha256:<digest> /path` | Linux' measurement log, IMA | the first: the entry's |
/// | `45056:<digest>:Win.Trojan.A-1` | ClamAV's `.mdb` and `.msb` | the digest: a section's |
///
/// Sources: git's manual, "git-ls-tree"; the kernel's documentation, "IMA template management"; ClamAV's
/// documentation, "Hash signatures".
enum KnownLine {
    /// What a digest of such a line is of; nil if the line is none, or the digest a file's.
    static func label(of digest: Range<Int>, in line: UnsafeRawBufferPointer) -> DigestLabel? {
        // All begin with a number.
        guard let first = line.first, isDigit(first), digest.lowerBound <= 16 else { return nil }
        let front = UnsafeRawBufferPointer(rebasing: line[..<digest.lowerBound])
        let back = UnsafeRawBufferPointer(rebasing: line[digest.upperBound...])
        let number = front.prefix(while: isDigit).count
        let rest = front.dropFirst(number)
        if number == 6, gitTypes.contains(where: { rest.elementsEqual($0.utf8) }) { return gitObject }
        if number <= 3, rest.elementsEqual(" ".utf8), back.starts(with: " ima".utf8) { return template }
        if rest.elementsEqual(":".utf8), isSignatureName(back) { return section }
        return nil
    }

    private static let gitTypes = [" blob ", " tree ", " commit "]
    private static let gitObject = DigestLabel(Array("git object id".utf8))
    private static let template = DigestLabel(Array("IMA template hash".utf8))
    private static let section = DigestLabel(Array("section hash".utf8))

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `:Win.Trojan.A-1`: parts with dots between, a dash before the last number.
    private static func isSignatureName(_ back: UnsafeRawBufferPointer) -> Bool {
        guard back.first == UInt8(ascii: ":") else { return false }
        let name = back.dropFirst().prefix { $0 != UInt8(ascii: ":") && $0 > 0x20 }
        return name.contains(UInt8(ascii: ".")) && name.contains(UInt8(ascii: "-"))
            && name.last.map(isDigit) == true
    }
}

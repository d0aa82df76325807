import Glibc

/// Lines of programs that write digests without a label, of which some are no file's.
///
/// | line | program | no file's |
/// | --- | --- | --- |
/// | `100644 blob <digest>`, then a tab and a name | `git ls-tree` | the digest: an object of git's |
/// | `10 <digest> ima-ng sha256:<digest> /path` | Linux' measurement log, IMA | the first: the entry's |
/// | `45056:<digest>:Win.Trojan.A-1` | ClamAV's `.mdb` and `.msb` | the digest: a section's |
/// | `:100644 100644 <digest> <digest> M`, then a name | `git diff --raw` | the digests: objects of git's |
/// | `<digest> refs/heads/main`, `<digest> HEAD` | `git ls-remote`, `git show-ref` | the digest: a commit |
/// | `index <digest>..<digest> 100644` | `git diff --full-index` | the digests: objects of git's |
/// | `* <digest> (HEAD -> main) …` | `git log --graph` | the digest: a commit |
/// | `name. IN TLSA 3 1 1 <digest>` | a zone file | the digest: a key's, a name's |
/// | `alert tls any any -> any any (…; content:"<digest>"; …)` | Suricata | the digest: bytes of traffic |
/// | `--<digest>` | a mail | the digest: what parts the mail's pieces |
/// | `[service,<digest>,<16 digits>]`, `00-<digest>-<16 digits>-01` | traced services | the digest: a trace |
///
/// Sources: git's manual, "git-ls-tree", "git-diff", "git-ls-remote"; the kernel's documentation, "IMA
/// template management"; ClamAV's documentation, "Hash signatures"; RFC 1035, 5.1; Suricata's documentation,
/// "Payload keywords"; RFC 2046, 5.1.1; W3C, "Trace Context".
enum KnownLine {
    /// What a digest of such a line is of; nil if the line is none, or the digest a file's.
    static func label(of digest: Range<Int>, in line: UnsafeRawBufferPointer) -> DigestLabel? {
        guard let first = line.first(where: { $0 > 0x20 }) else { return nil }
        let front = UnsafeRawBufferPointer(rebasing: line[..<digest.lowerBound])
        let back = UnsafeRawBufferPointer(rebasing: line[digest.upperBound...])
        if isTrace(front, back, digest) { return trace }
        if front.elementsEqual("--".utf8) { return boundary }
        if isReference(front, back) { return commit }
        if isDifference(front, back, first) { return gitObject }
        if isRecordOfZone(front) { return zone }
        if front.suffix(9).elementsEqual("content:\"".utf8), isNetworkRule(line) { return traffic }
        return isDigit(first) && digest.lowerBound <= 16 ? numbered(front, back) : nil
    }

    /// What the digest of a line is that begins with a number.
    private static func numbered(_ front: UnsafeRawBufferPointer, _ back: UnsafeRawBufferPointer)
        -> DigestLabel?
    {
        let number = front.prefix(while: isDigit).count
        let rest = front.dropFirst(number)
        if number == 6, gitTypes.contains(where: { rest.elementsEqual($0.utf8) }) { return gitObject }
        if number <= 3, rest.elementsEqual(" ".utf8), back.starts(with: " ima".utf8) { return template }
        if rest.elementsEqual(":".utf8), isSignatureName(back) { return section }
        return nil
    }

    private static let gitTypes = [" blob ", " tree ", " commit "]
    private static let gitObject = DigestLabel(Array("git object id".utf8))
    private static let commit = DigestLabel(Array("commit".utf8))
    private static let template = DigestLabel(Array("IMA template hash".utf8))
    private static let section = DigestLabel(Array("section hash".utf8))
    private static let zone = DigestLabel(Array("DNS record".utf8))
    private static let boundary = DigestLabel(Array("boundary".utf8))
    private static let traffic = DigestLabel(Array("content bytes".utf8))
    private static let trace = DigestLabel(Array("trace id".utf8))

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `:Win.Trojan.A-1`: parts with dots between, a dash before the last number.
    private static func isSignatureName(_ back: UnsafeRawBufferPointer) -> Bool {
        guard back.first == UInt8(ascii: ":") else { return false }
        let name = back.dropFirst().prefix { $0 != UInt8(ascii: ":") && $0 > 0x20 }
        return name.contains(UInt8(ascii: ".")) && name.contains(UInt8(ascii: "-"))
            && name.last.map(isDigit) == true
    }

    /// 32 digits, a comma or a dash, and the 16 digits of a span.
    private static func isTrace(
        _ front: UnsafeRawBufferPointer, _ back: UnsafeRawBufferPointer, _ digest: Range<Int>
    ) -> Bool {
        guard digest.count == 32, let mark = back.first, mark == front.last,
            mark == UInt8(ascii: ",") || mark == UInt8(ascii: "-")
        else { return false }
        let span = back.dropFirst().prefix(while: CharacterClass.isHexadecimalDigit)
        guard span.count == 16, span.endIndex < back.count else { return false }
        return back[span.endIndex] == (mark == UInt8(ascii: ",") ? UInt8(ascii: "]") : mark)
    }

    /// A commit and what points to it.
    private static func isReference(_ front: UnsafeRawBufferPointer, _ back: UnsafeRawBufferPointer) -> Bool {
        let name = back.drop { $0 == 0x20 || $0 == 0x09 }
        guard name.count < back.count else { return false }
        if front.isEmpty {
            return name.starts(with: "refs/".utf8) || name.elementsEqual("HEAD".utf8)
                || name.starts(with: "(HEAD".utf8)
        }
        return front.first == UInt8(ascii: "*") && front.count <= 16
            && front.allSatisfy { " *|/\\".utf8.contains($0) }
            && (name.starts(with: "(HEAD".utf8) || name.starts(with: "(tag:".utf8)
                || name.starts(with: "(origin/".utf8))
    }

    /// `index a..b` and `:mode mode a b status`.
    private static func isDifference(
        _ front: UnsafeRawBufferPointer, _ back: UnsafeRawBufferPointer, _ first: UInt8
    ) -> Bool {
        if front.starts(with: "index ".utf8) {
            return back.starts(with: "..".utf8) || front.suffix(2).elementsEqual("..".utf8)
        }
        guard first == UInt8(ascii: ":"), front.count >= 15 else { return false }
        let modes = front[1..<15].split(separator: 0x20)
        return modes.count == 2 && modes.allSatisfy { $0.count == 6 && $0.allSatisfy(isDigit) }
    }

    /// `IN`, a type whose data may hold digests, and a space.
    private static func isRecordOfZone(_ front: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while let found = firstI(in: front, from: index) {
            index = found + 1
            guard found > 0, found + 3 < front.count, front[found + 1] == UInt8(ascii: "N"),
                isBlank(front[found - 1]), isBlank(front[found + 2])
            else { continue }
            let type = front[(found + 3)...].drop(while: isBlank).prefix { !isBlank($0) }
            if zoneTypes.contains(String(decoding: type.prefix(16), as: UTF8.self)) { return true }
        }
        return false
    }

    private static func firstI(in bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
        guard index < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + index, CInt(UInt8(ascii: "I")), bytes.count - index)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static let zoneTypes: Set = [
        "TLSA", "SMIMEA", "SSHFP", "DS", "CDS", "DNSKEY", "CDNSKEY", "NSEC3", "CERT", "OPENPGPKEY", "TXT",
        "CNAME",
    ]

    private static func isNetworkRule(_ line: UnsafeRawBufferPointer) -> Bool {
        let action = line.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        return ["alert", "drop", "pass", "reject"].contains { action.elementsEqual($0.utf8) }
    }
}

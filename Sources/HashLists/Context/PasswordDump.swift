import Model

/// Lines of programs that dump password hashes, whose digests no label names.
///
/// | line | program |
/// | --- | --- |
/// | `user:500:<LM>:<NT>:::` | pwdump, secretsdump |
/// | `user::DOMAIN:<challenge>:<NT proof>:<blob>` | Responder (NetNTLMv2) |
/// | `$DCC2$10240#user#<digest>`, `$krb5tgs$23$*…$<digest>$…` | hashcat's formats |
/// | `*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29` | MySQL |
/// | `a@example.org:<digest>`, `user:<digest>:<salt>` | leaked tables of users |
/// | `WPA*01*<digest>*…` | hcxtools |
///
/// A request's `Authorization` and `Cookie` hold nothing but secrets (RFC 9110, 11.6.2; RFC 6265, 4.2).
///
/// Sources: the formats as hashcat's example hashes show them.
enum PasswordDump {
    /// Whether the digests of the line are those of passwords.
    static func matches(_ line: UnsafeRawBufferPointer, digests: [Range<Int>]) -> Bool {
        guard let first = digests.first else { return false }
        if digests.count == 1 && isRequestField(line, first) || isUser(line, first) || isRealm(line, first)
            || line.starts(with: "WPA*".utf8) || line.starts(with: "CLIENT_RANDOM ".utf8)
        {
            return true
        }
        if digests.count >= 2, isPair(line, first, digests[1]) { return true }
        return digests.contains { isTagged(line, $0) || isNetworkHash(line, $0) || isMySQL(line, $0) }
    }

    /// An address of mail or a name before a colon and the digest; behind a name also a colon and a salt, and
    /// neither is the name of a file.
    private static func isUser(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard digest.lowerBound > 1, line[digest.lowerBound - 1] == UInt8(ascii: ":") else { return false }
        let user = line[..<(digest.lowerBound - 1)]
        guard user.allSatisfy({ $0 > 0x20 && !isPartOfPath($0) }) else { return false }
        if user.contains(UInt8(ascii: "@")) { return true }
        guard digest.upperBound < line.count, line[digest.upperBound] == UInt8(ascii: ":"),
            DigestLabel(user) == nil
        else { return false }
        let salt = line[(digest.upperBound + 1)...]
        let isName = salt.contains(UInt8(ascii: ".")) || user.contains(UInt8(ascii: "."))
        return !salt.isEmpty && !isName && user.contains { $0 > 0x39 }
            && salt.allSatisfy { $0 > 0x20 && !isPartOfPath($0) }
    }

    private static func isPartOfPath(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ":")
    }

    /// `user:realm with spaces:<digest>` and nothing else, as Apache's htdigest writes it.
    private static func isRealm(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard digest.count == 32, digest.upperBound == line.count, digest.lowerBound > 3,
            line[digest.lowerBound - 1] == UInt8(ascii: ":")
        else { return false }
        let fields = line[..<(digest.lowerBound - 1)].split(separator: UInt8(ascii: ":"))
        guard fields.count == 2, let user = fields.first, let realm = fields.last, DigestLabel(realm) == nil
        else { return false }
        return user.allSatisfy { CharacterClass.ofASCII($0 & 0x7F) != 0 || $0 == UInt8(ascii: "-") }
            && user.contains { $0 > 0x39 }
            && !realm.contains { isPartOfPath($0) || $0 == UInt8(ascii: ".") } && realm.first != 0x20
            && realm.contains(0x20)
    }

    /// A field of a request that carries credentials, also behind curl's `-H`; what stands behind its
    /// quotes is not the field's.
    static func isRequestField(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard let colon = line[..<digest.lowerBound].prefix(96).firstIndex(of: UInt8(ascii: ":")) else {
            return false
        }
        let front = line[..<colon]
        if let quote = front.lastIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }),
            line[colon..<digest.lowerBound].contains(line[quote])
        {
            return false
        }
        let name = String(decoding: line[..<colon].suffix(24), as: UTF8.self).lowercased()
        return ["authorization", "cookie", "set-cookie"].contains { name.hasSuffix($0) }
    }

    /// `:<LM>:<NT>:`, or the digest of the empty password among two that a colon parts.
    private static func isPair(_ line: UnsafeRawBufferPointer, _ first: Range<Int>, _ second: Range<Int>)
        -> Bool
    {
        guard first.count == 32, second.count == 32, second.lowerBound == first.upperBound + 1,
            line[first.upperBound] == UInt8(ascii: ":")
        else { return false }
        let isEnclosed =
            first.lowerBound > 0 && line[first.lowerBound - 1] == UInt8(ascii: ":")
            && second.upperBound < line.count && line[second.upperBound] == UInt8(ascii: ":")
        return isEnclosed || isEmptyPassword(line, first) || isEmptyPassword(line, second)
    }

    private static func isEmptyPassword(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        let text = String(decoding: line[digest], as: UTF8.self).lowercased()
        return text == "aad3b435b51404eeaad3b435b51404ee" || text == "31d6cfe0d16ae931b73c59d7e0c089c0"
    }

    /// `$name$…<digest>`, where `$`, `#` or `*` parts the fields.
    private static func isTagged(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard digest.lowerBound > 0 else { return false }
        let before = line[digest.lowerBound - 1]
        guard before == UInt8(ascii: "$") || before == UInt8(ascii: "#") || before == UInt8(ascii: "*") else {
            return false
        }
        // Back to the beginning of the word, which may have spaces in its user's name.
        let front = line[..<digest.lowerBound]
        guard let open = front.firstIndex(of: UInt8(ascii: "$")) else { return false }
        let name = front[(open + 1)...].prefix { CharacterClass.ofASCII($0 & 0x7F) != 0 && $0 < 0x80 }
        return (1...16).contains(name.count) && name.endIndex < front.endIndex
            && front[name.endIndex] == UInt8(ascii: "$")
    }

    /// `user::DOMAIN:<16 digits>:<digest>:`.
    private static func isNetworkHash(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard digest.count == 32, digest.lowerBound > 17, digest.upperBound < line.count,
            line[digest.lowerBound - 1] == UInt8(ascii: ":"), line[digest.upperBound] == UInt8(ascii: ":"),
            line[digest.lowerBound - 18] == UInt8(ascii: ":")
        else { return false }
        return line[(digest.lowerBound - 17)..<(digest.lowerBound - 1)].allSatisfy(
            CharacterClass.isHexadecimalDigit)
    }

    /// An asterisk and 40 capital digits; `*digest*` is emphasis, and `digest *name` a checksum's binary
    /// mark.
    private static func isMySQL(_ line: UnsafeRawBufferPointer, _ digest: Range<Int>) -> Bool {
        guard digest.count == 40, digest.lowerBound > 0, line[digest.lowerBound - 1] == UInt8(ascii: "*")
        else {
            return false
        }
        if digest.upperBound < line.count, line[digest.upperBound] == UInt8(ascii: "*") { return false }
        if digest.lowerBound > 1, line[digest.lowerBound - 2] == UInt8(ascii: "*") { return false }
        return !line[digest].contains { (0x61...0x66).contains($0) }
    }
}

/// A mail address that can stand in a header and in a command of SMTP as it is: ASCII, `name@host`, without
/// quotes, comments or spaces.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// What stands behind the `@`.
    package let host: String

    /// The rule in words, for error messages.
    package static let rule = "an address such as name@example.org, in ASCII and without spaces"

    /// The address, or nil if it breaks the rule. Source: RFC 5321, 4.5.3.1 (lengths) and RFC 5322, 3.4.1
    /// (dot-atom).
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count),
            Self.isDotAtom(parts[0], of: Self.nameBytes), Self.isDotAtom(parts[1], of: Self.hostBytes)
        else { return nil }
        description = String(text)
        host = String(parts[1])
    }

    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)
    private static let hostBytes = Set(letters)
    private static let nameBytes = Set(letters + Array("!#$%&'*+/=?^_`{|}~".utf8))

    private static func isDotAtom(_ text: some StringProtocol, of bytes: Set<UInt8>) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0.allSatisfy(bytes.contains) }
    }
}

/// A user's name, which is also the name of the user's folders: 1 to 32 of `a`–`z`, `0`–`9`, `-`, `_`, `.`,
/// beginning with a letter or a digit.
///
/// So narrow that it can stand in a path, a URL, a log and a report without escaping, on every file system.
package struct UserName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// The name, or nil if it breaks the rule above.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard (1...32).contains(bytes.count), Self.isLetterOrDigit(bytes[0]),
            bytes.allSatisfy({ Self.isLetterOrDigit($0) || "-_.".utf8.contains($0) })
        else { return nil }
        description = String(text)
    }

    /// The rule in words, for error messages.
    package static let rule =
        "1 to 32 of the characters a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit"

    package static func < (a: UserName, b: UserName) -> Bool { a.description < b.description }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

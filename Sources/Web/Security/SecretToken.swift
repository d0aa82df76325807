import Cryptography
import Foundation
import Support

/// Secret token of 256 random bits that a browser keeps in a cookie: a session's id, or what ties the login
/// form to the browser that asked for it. It prints as `«redacted»`.
struct SecretToken: Hashable, Sendable, CustomStringConvertible {
    private static let byteCount = 32
    private let bytes: [UInt8]

    /// A new one, from the system's generator.
    init() {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The token in a cookie's value, or nil if it is none.
    init?(cookieValue: some StringProtocol) {
        guard cookieValue.utf8.count == 2 * Self.byteCount else { return nil }
        // The one spelling that is given out: a second one of the same token would be another cookie.
        guard !cookieValue.utf8.contains(where: { (0x41...0x46).contains($0) }),
            let bytes = Hex.bytes(cookieValue.utf8)
        else { return nil }
        self.bytes = bytes
    }

    /// Lower-case hexadecimal digits.
    var cookieValue: String { Hex.string(bytes) }

    /// What the database knows of it.
    var hash: Data { Data(MessageDigest.of(bytes)) }

    /// The value of a form's hidden field, which cannot be known without the cookie.
    var formToken: String { Hex.string(MessageDigest.of(Array("hashdrop form ".utf8) + bytes)) }

    /// Whether a form carries the right token; takes the same time wherever it is wrong.
    func matches(formToken bytes: some Sequence<UInt8>) -> Bool {
        ConstantTime.areEqual(formToken.utf8, bytes)
    }

    /// A number below `count` for `text`: always the same, and unpredictable without the token.
    func choice(for text: String, of count: Int) -> Int {
        let digest = MessageDigest.of(bytes + Array(text.utf8))
        return Int(digest.prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % UInt64(count))
    }

    var description: String { "«redacted»" }
}

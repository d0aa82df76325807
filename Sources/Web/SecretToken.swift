import Crypto
import Foundation
import Passwords

/// 256 random bits that a browser keeps in a cookie: a session's id, or what ties the login form to the browser
/// that asked for it. Printed it says nothing.
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
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in cookieValue.utf8 {
            guard let value = Self.value(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        self.bytes = bytes
    }

    /// Lower-case hexadecimal digits.
    var cookieValue: String { Self.hexadecimal(bytes) }

    /// What the database knows of it.
    var hash: Data { Data(SHA256.hash(data: bytes)) }

    /// What a form of ours carries in a hidden field, and nobody can know who does not know the cookie.
    var formToken: String { Self.hexadecimal(SHA256.hash(data: Data("hashdrop form ".utf8) + bytes)) }

    /// Whether a form carries the right token; takes the same time wherever it is wrong.
    func matches(formToken bytes: some Sequence<UInt8>) -> Bool {
        ConstantTime.areEqual(formToken.utf8, bytes)
    }

    /// A number below `count` for `text`: always the same, and nobody can know it who does not know the token.
    func choice(for text: String, of count: Int) -> Int {
        let digest = SHA256.hash(data: bytes + Data(text.utf8))
        return Int(digest.prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % UInt64(count))
    }

    var description: String { "«redacted»" }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}

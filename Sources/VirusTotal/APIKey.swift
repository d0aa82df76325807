import Support

/// A VirusTotal API key. It is never shown: printed, interpolated or dumped it reads `«redacted»`.
package struct APIKey: Sendable, Hashable {
    /// The key itself, for the request's header alone.
    let secret: String

    /// The key in `text` without surrounding white space and line ends, or nil unless 1 to `charactersMax`
    /// printable ASCII characters without a space are left.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8).drop { $0.isASCIISpace }
        guard let last = bytes.lastIndex(where: { !$0.isASCIISpace }) else { return nil }
        let key = bytes[...last]
        guard key.count <= Self.charactersMax, key.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        secret = String(decoding: key, as: UTF8.self)
    }

    /// No key is known to be longer than 64 characters; a longer text is another file's content.
    package static let charactersMax = 512

    /// Whether it has the usual form, 64 hexadecimal digits; another form deserves a warning, not a refusal.
    package var hasUsualForm: Bool {
        secret.utf8.count == 64 && secret.utf8.allSatisfy { Hex.value($0) != nil }
    }

    /// Whether `text` is the key, in either case: a key has the form of a SHA-256.
    package func isWritten(as text: String) -> Bool { text.lowercased() == secret.lowercased() }

    /// What stands for the key where it must not be itself, by a one-way function of its bytes.
    package func digest(by function: ([UInt8]) -> [UInt8]) -> [UInt8] { function(Array(secret.utf8)) }

    /// `text` with everything that repeats the key or `fragmentCharactersMin` and more characters of it
    /// replaced.
    ///
    /// VirusTotal's error messages have repeated the key: `Wrong API key: <key>` (recorded in 2020).
    package func redact(in text: String) -> String {
        let lowered = Array(text.utf8).map(\.asASCIILowercase)
        let key = Array(secret.utf8).map(\.asASCIILowercase)
        let fragmentMin = min(Self.fragmentCharactersMin, key.count)
        var kept: [UInt8] = []
        var index = 0
        let original = Array(text.utf8)
        while index < original.count {
            let length = Self.longestMatch(of: lowered[index...], in: key)
            if length >= fragmentMin {
                kept += Array(Self.placeholder.utf8)
                index += length
            } else {
                kept.append(original[index])
                index += 1
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Short enough to leave nothing of use, long enough not to hit ordinary words and hashes.
    private static let fragmentCharactersMin = 8
    private static let placeholder = "«redacted»"

    /// How many of the first bytes of `text` stand together somewhere in `key`.
    private static func longestMatch(of text: ArraySlice<UInt8>, in key: [UInt8]) -> Int {
        var longest = 0
        for start in key.indices {
            let length = zip(text, key[start...]).prefix { $0 == $1 }.count
            longest = max(longest, length)
        }
        return longest
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Self.placeholder }
    package var debugDescription: String { Self.placeholder }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension UInt8 {
    fileprivate var isASCIISpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    fileprivate var asASCIILowercase: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}

/// Decodes to nil instead of failing: one field of a wrong type must not cost the whole answer.
///
/// VirusTotal's fields have changed their type without notice, and clients with strict types broke each time
/// (malwaredb/vt-client, Splunk's connector). Only the three hashes and the engines' rows are strict here.
struct Lossy<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) {
        value = try? Value(from: decoder)
    }
}

/// A whole number written as an integer, a decimal or a text; nil for anything else.
struct LossyInteger: Decodable {
    let value: Int64?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int64.self) {
            value = integer
        } else if let decimal = try? container.decode(Double.self) {
            value = Int64(exactly: decimal.rounded(.towardZero))
        } else {
            value = (try? container.decode(String.self)).flatMap { Int64($0) }
        }
    }
}

extension KeyedDecodingContainer {
    /// The value of `key`, or nil if it is missing, null or of another type.
    func lossy<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }

    /// The whole number of `key`, or nil if there is none.
    func integer(_ key: Key) -> Int64? { lossy(LossyInteger.self, key)?.value }

    /// The text of `key`, ready to store, or nil if there is none.
    func text(_ key: Key, charactersMax: Int) -> String? {
        lossy(String.self, key).flatMap { storable($0, charactersMax: charactersMax) }
    }
}

/// `text` without surrounding white space, at most `charactersMax` Unicode scalars long, or nil if nothing is
/// left.
///
/// A NUL would end the text early in C libraries and databases, so it becomes U+FFFD. Scalars are counted
/// because one visible character may consist of any number of them.
func storable(_ text: String, charactersMax: Int) -> String? {
    let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }.prefix(charactersMax)
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return nil }
    var kept = String.UnicodeScalarView()
    for scalar in scalars[...last] { kept.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
    return String(kept)
}

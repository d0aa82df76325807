/// Any key of an object, by which those are found that are unknown.
private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

// Reading what people write: a misspelt key would silently mean nothing.
extension Decoder {
    /// The values of an object that has no other keys than these. An unknown key throws `DecodingError`.
    ///
    /// - Parameter thing: what the object is, for the error: `a rule`.
    func container<Key: CodingKey>(
        onlyKeyedBy keys: Key.Type, of thing: String
    ) throws -> KeyedDecodingContainer<Key> {
        for key in try container(keyedBy: AnyKey.self).allKeys where Key(stringValue: key.stringValue) == nil
        {
            throw corrupted("'\(key.stringValue)' is no part of \(thing)")
        }
        return try container(keyedBy: keys)
    }

    /// The error that says what is wrong with what is read.
    func corrupted(_ text: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: text))
    }
}

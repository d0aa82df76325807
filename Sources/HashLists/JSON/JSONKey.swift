/// The keys of JSON objects that say something about a hash; all others are `other`.
///
/// Sources: STIX 2.1 (`hashes`, `name`), MISP core format (`Object`, `Attribute`, `type`, `value`,
/// `comment`), PowerShell's `Get-FileHash | ConvertTo-Json` (`Path`); the rest are common in reports and
/// sandboxes.
enum JSONKey: Hashable {
    /// The object beneath holds hashes of the file that the object above describes.
    case hashes
    /// MISP's list of attributes, each an object with `type` and `value`.
    case attribute
    /// MISP's list of objects, each a file whose hashes are attributes.
    case object
    case name
    case comment
    case type
    case value
    /// An algorithm's name: the value is a hash of the file that the object describes.
    case algorithm
    /// The value is a digest, but of no whole file.
    case otherDigest
    case other

    init(_ bytes: [UInt8]) {
        let isEqual: ([UInt8]) -> Bool = { name in
            // In either case: a capital letter differs from its small one by this bit alone.
            name.count == bytes.count && zip(name, bytes).allSatisfy { $0 == $1 || $0 == $1 | 0x20 }
        }
        self = Self.known.first { isEqual($0.name) }?.key ?? Self.digestKey(bytes)
    }

    private static func digestKey(_ name: [UInt8]) -> JSONKey {
        switch DigestKind(name: name) {
        case .wholeFile: .algorithm
        case .otherThing: .otherDigest
        case .unnamed: .other
        }
    }

    private static let known: [(name: [UInt8], key: JSONKey)] = [
        ("hashes", JSONKey.hashes), ("attribute", .attribute), ("object", .object), ("name", .name),
        ("filename", .name), ("file_name", .name), ("path", .name), ("file_path", .name),
        ("comment", .comment), ("type", .type), ("value", .value),
    ].map { (Array($0.0.utf8), $0.1) }
}

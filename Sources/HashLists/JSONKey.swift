/// The keys of JSON objects that say something about a hash; all others are `other`.
///
/// Sources: STIX 2.1 (`hashes`, `name`), MISP core format (`Object`, `Attribute`, `type`, `value`, `comment`),
/// PowerShell's `Get-FileHash | ConvertTo-Json` (`Path`); the rest are common in reports and sandboxes.
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
    case other

    init(_ bytes: [UInt8]) {
        self = Self.known.first { $0.name.elementsEqual(bytes.lazy.map(Self.lowercased)) }?.key ?? .other
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    private static let known: [(name: [UInt8], key: JSONKey)] = [
        ("hashes", JSONKey.hashes), ("attribute", .attribute), ("object", .object), ("name", .name),
        ("filename", .name), ("file_name", .name), ("path", .name), ("file_path", .name),
        ("comment", .comment), ("type", .type), ("value", .value),
    ].map { (Array($0.0.utf8), $0.1) }
}

/// A key of a JSON object: what it means for the hashes of its object.
///
/// Sources: STIX 2.1 (`hashes`, `name`), MISP core format (`Object`, `Attribute`, `type`, `value`,
/// `comment`), CycloneDX and SPDX (`alg`, `algorithm`), PowerShell's `Get-FileHash | ConvertTo-Json`
/// (`Path`); the rest are common in reports, events and sandboxes.
struct JSONKey: Hashable, Sendable {
    enum Role: Hashable, Sendable {
        /// What is beneath holds hashes of the file that the object above describes: `hashes`, `Hash`,
        /// `checksums`.
        case hashes
        /// MISP's list of attributes, each an object with `type` and `value`.
        case attribute
        /// MISP's list of objects, each a file whose hashes are attributes.
        case object
        /// A file's name or path.
        case fileName
        /// A name of some thing, a file's if nothing better is there.
        case name
        case comment
        /// Says what another value of the object is: `type`, `alg`.
        case kind
        case value
        /// How often the object's key occurs: the object counts, as Elasticsearch's buckets do.
        case count
        /// A password's salt: the object's hash is the password's.
        case salt
        case other
    }

    let role: Role
    /// What it says of a digest beneath it.
    let label: DigestLabel?

    static let none = JSONKey(role: .other, label: nil)

    private init(role: Role, label: DigestLabel?) {
        self.role = role
        self.label = label
    }

    init(_ bytes: [UInt8]) {
        label = DigestLabel(bytes)
        let words = LabelWords.words(of: bytes)
        let name = words.joined()
        role = Self.roles[name] ?? (FileNameKey.isFileName(bytes) ? .fileName : Self.role(words, label))
    }

    private static func role(_ words: [String], _ label: DigestLabel?) -> Role {
        let meanings = words.map { LabelVocabulary.meaning(of: $0) }
        let isOfHashes =
            !words.isEmpty && meanings.allSatisfy { $0 == .digest || $0 == .file }
            && label?.namesDigest == true
        if isOfHashes, !valueNames.contains(words[words.count - 1]) { return .hashes }
        if let last = words.last, kindNames.contains(last) { return .kind }
        return .other
    }

    private static let roles: [String: Role] = [
        "attribute": .attribute, "attributes": .other, "object": .object, "name": .name, "comment": .comment,
        "type": .kind, "value": .value, "key": .kind, "label": .kind, "doccount": .count,
        "count": .count, "salt": .salt,
    ]
    private static let kindNames: Set = ["type", "alg", "algo", "algorithm", "kind", "method"]
    /// Words for a digest that are no words for several.
    private static let valueNames: Set = ["value", "values", "data", "content", "string", "text", "field"]
}

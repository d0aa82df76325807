import Model

/// An object or array of JSON that is open, and what it has said so far about one file.
struct JSONFrame {
    /// A digest whose labels are known as far as its own object goes.
    struct Found {
        var hash: FileHash
        var line: Int
        /// The labels, the nearest first.
        var contexts: [DigestJudgement.Context]
        /// Whether the value is the digest and nothing else.
        var isWhole: Bool
        /// Whether it stands in a key, and no key labels it.
        var isKey = false
        /// Whether an inner object, which describes this one's file, has labelled it already.
        var isAdopted = false
    }

    let isObject: Bool
    /// The key under which it stands; what stands in an array has the array's key.
    let key: JSONKey
    /// The key of the value that comes next.
    var nextKey = JSONKey.none
    /// Digests that wait for the object's end, where it is known what they are of.
    var found: [Found] = []
    var fileName: String?
    var name: String?
    var comment: String?
    /// What a value under `type`, `alg` and the like says of the object's digest.
    var kind: DigestLabel?
    /// The text of MISP's `type` and `value`.
    var kindText: String?
    var value: String?
    var malformed: UnusableLine?
    /// Whether its `key` is a value that it counts, and no secret: `{"key": …, "doc_count": 3}`.
    var isBucket = false
    /// Whether it holds a password's salt.
    var isSalted = false

    private static let password = DigestLabel(Array("a salted password's hash".utf8))

    /// With so many digests an object is a list, and they are not kept until its end.
    static let foundMax = 64

    init(isObject: Bool, key: JSONKey) {
        self.isObject = isObject
        self.key = key
    }

    /// Takes over what an inner object said about the same file.
    mutating func adopt(_ inner: JSONFrame) {
        // The name of a MISP object is its template's (`file`); the file's is an attribute.
        if key.role == .object { name = nil }
        if inner.key.role == .attribute, inner.kindText == "filename" {
            fileName = fileName ?? inner.value
        } else {
            fileName = fileName ?? inner.fileName ?? inner.name
        }
        comment = comment ?? inner.comment
        malformed = malformed ?? inner.malformed
        found += inner.labelled.map { found in
            var found = found
            found.isAdopted = true
            return found
        }
    }

    /// The digests with the labels that the object and its key give them.
    var labelled: [Found] {
        found.map { found in
            var found = found
            if found.isAdopted {
                // What the object is, a certificate for example, its inner objects do not know.
                found.contexts += [kind].compactMap(\.self).filter { $0.isDecisive || $0.namesFile }.map {
                    .init(label: $0)
                }
            } else if !found.isKey {
                if let kind, found.contexts.allSatisfy({ $0.label == .nothing || $0.label.isGeneric }) {
                    found.contexts.insert(.init(label: kind), at: 0)
                } else if let kind, kindText != nil, kind.namesOtherThing {
                    // `"mediaType": "….image.layer…", "digest": "sha256:…"`.
                    found.contexts.append(.init(label: kind))
                }
            }
            if isSalted, let password = Self.password,
                found.contexts.allSatisfy({ $0.label == .nothing || $0.label.isGeneric })
            {
                found.contexts.insert(.init(label: password), at: 0)
            }
            if isBucket { found.contexts.removeAll { $0.label.isKeyOnly } }
            if let label = key.label { found.contexts.append(.init(label: label)) }
            return found
        }
    }

    /// The object's name and comment as far as they are known.
    func described(_ charactersMax: Int) -> String? {
        let name = fileName ?? (key.role == .object ? nil : name)
        return VisibleText.joined([name, comment == name ? nil : comment], charactersMax: charactersMax)
    }
}

import Model

/// An object or array of JSON that is open, and what it has said so far about one file.
struct JSONFrame {
    let isObject: Bool
    /// The key under which it stands; what stands in an array has the array's key.
    let role: JSONKey
    /// The key of the value that comes next.
    var key = JSONKey.other
    /// At most one hash of each kind.
    private(set) var hashes: [FileHash] = []
    /// How many of them are whole values under an algorithm's name, such as `"sha256": "…"`.
    private var namedCount = 0
    /// The line of the first hash.
    private(set) var line = 0
    /// Two hashes of a kind: its hashes are not names of one file.
    private(set) var isMixed = false
    var name: String?
    var comment: String?
    var type: String?
    var value: String?
    var unusable: UnusableLine?

    init(isObject: Bool, role: JSONKey) {
        self.isObject = isObject
        self.role = role
    }

    /// Adds a hash; returns those that must be emitted each for itself, because they cannot name one file.
    ///
    /// In an array every hash is for itself. The same hash again in one object adds nothing.
    mutating func add(_ hash: FileHash, line: Int) -> [HashListEntry] {
        let isOther = !isObject || isMixed
        if !isOther, hashes.contains(hash) { return [] }
        if !isOther, !hashes.contains(where: { $0.kind == hash.kind }) {
            if hashes.isEmpty { self.line = line }
            hashes.append(hash)
            return []
        }
        isMixed = true
        defer { forgetHashes() }
        return hashes.map { HashListEntry(line: self.line, hashes: [$0]) }
            + [HashListEntry(line: line, hashes: [hash])]
    }

    /// One of the hashes is a whole value whose key, or type, says that it is the file's.
    mutating func noteNamed() { namedCount += 1 }

    /// The hashes are of something else than a file.
    mutating func forgetHashes() {
        hashes = []
        namedCount = 0
    }

    /// Takes over what an inner object said about the same file; returns what `add(_:line:)` returns.
    mutating func adopt(_ inner: JSONFrame) -> [HashListEntry] {
        // The name of a MISP object is its template's (`file`); the file's is an attribute.
        if role == .object { name = nil }
        if inner.role == .attribute, inner.type == "filename" {
            fileName = fileName ?? inner.value
        } else {
            fileName = fileName ?? inner.fileName ?? inner.name
        }
        comment = comment ?? inner.comment
        unusable = unusable ?? inner.unusable
        namedCount += inner.namedCount
        return inner.hashes.flatMap { add($0, line: inner.line) }
    }

    /// A name that stands beside the hash itself or in an inner object, better than `name`.
    var fileName: String?

    /// What the object says once it is closed, if it holds a hash or something like one.
    func item(charactersMax: Int) -> HashListItem? {
        if !hashes.isEmpty {
            return .entry(
                described(
                    HashListEntry(
                        line: line, hashes: hashes,
                        namesOneFile: hashes.count > 1 && namedCount >= hashes.count),
                    charactersMax))
        }
        return isMixed ? nil : unusable.map(HashListItem.unusable)
    }

    /// The entry with the object's name and comment as far as they are known.
    func described(_ entry: HashListEntry, _ charactersMax: Int) -> HashListEntry {
        var entry = entry
        let name = fileName ?? (role == .object ? nil : name)
        entry.comment = VisibleText.joined(
            [name, comment == name ? nil : comment], charactersMax: charactersMax)
        return entry
    }
}

import Model

/// What one label says of the digest that it labels: a column's heading, a key, an element's name, the words
/// before a colon.
struct DigestLabel: Hashable, Sendable {
    /// The label as the list has it, trimmed, for the reader.
    let text: String
    /// The file's algorithm that it names.
    private(set) var algorithm: FileHash.Kind?
    private(set) var namesSeveralAlgorithms = false
    private(set) var namesOtherAlgorithm = false
    /// Whether it says that there is a digest: an algorithm's name, or `hash` and the like.
    private(set) var namesDigest = false
    private(set) var namesFile = false
    private(set) var namesOtherThing = false
    /// Whether it names another thing if it labels a digest and is no word of a sentence.
    private(set) var namesOtherThingOfDigest = false
    private(set) var namesIdentifier = false
    /// Whether it is `id` without a word that says of what.
    private(set) var isBareIdentifier = false
    private(set) var namesSecret = false
    /// Whether it names a secret if it is no word of a sentence.
    private(set) var namesSecretOfLabel = false
    /// Whether it names a secret also where words that say nothing stand between: `auth` of `auth.value`.
    private(set) var namesSecretAround = false
    /// Whether it names users, whose digests are those of passwords.
    private(set) var namesUsers = false
    /// Whether all of its words are about digests: it is a label and nothing else.
    private(set) var isNothingElse = true
    /// The words that say whose digest it is: `parent` of `parent_md5`. Digests are names of one file only
    /// where these are the same.
    private(set) var subject: [String] = []

    /// Labels of more bytes are sentences.
    static let bytesMax = 96
    private static let charactersMax = 64

    /// Nil if no word of it says anything of digests.
    ///
    /// The words are read from the last to the first, nearest to the digest. A word for the file behind one
    /// for a digest ends that: the `password` of `password protected sample MD5` is not the digest's.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.bytesMax else { return nil }
        let words = LabelWords.words(of: bytes)
        text = VisibleText.string(bytes, charactersMax: Self.charactersMax) ?? ""
        var isOver = false
        var saysSomething = false
        var index = words.count
        while index > 0 {
            index -= 1
            let word = words[index]
            // Of two words that are one with a meaning of its own, such as `imp` and `hash`, that is what
            // counts.
            let hasPair = index > 0 && min(words[index - 1].utf8.count, word.utf8.count) >= 2
            let pairMeaning = hasPair ? LabelVocabulary.meaning(of: words[index - 1] + word) : nil
            guard let meaning = pairMeaning ?? LabelVocabulary.meaning(of: word) else {
                if LabelWords.sizes.contains(word) { continue }
                isNothingElse = false
                subject.append(word)
                continue
            }
            if pairMeaning != nil { index -= 1 }
            if meaning == .file { subject.append(word) }
            if isOver { continue }
            if meaning == .file, namesDigest { isOver = true }
            note(meaning, before: words[..<index])
            saysSomething = true
        }
        if !saysSomething { return nil }
    }

    private init() { text = "" }

    /// A key that says nothing, and still stands between a digest and the keys around it.
    static let nothing = DigestLabel()

    private mutating func note(_ meaning: LabelVocabulary.Meaning, before: ArraySlice<String>) {
        switch meaning {
        case .md5: note(algorithm: .md5)
        case .sha1: note(algorithm: .sha1)
        case .sha256: note(algorithm: .sha256)
        case .otherAlgorithm:
            namesOtherAlgorithm = true
            namesDigest = true
        case .digest: namesDigest = true
        case .file: namesFile = true
        case .otherThing: namesOtherThing = true
        case .otherThingOfDigest: namesOtherThingOfDigest = true
        case .identifier: namesIdentifier = true
        case .identifierOf:
            let owner = before.last.map { LabelVocabulary.meaning(of: $0) }
            switch owner {
            case nil, .file, .digest, .md5, .sha1, .sha256: isBareIdentifier = true
            default: namesIdentifier = true
            }
        case .secret: namesSecret = true
        case .users: namesUsers = true
        case .secretOfLabel, .secretOfNearest:
            if before.last == "public" {
                namesOtherThing = true
            } else {
                namesSecretOfLabel = true
                namesSecretAround = namesSecretAround || meaning == .secretOfLabel
            }
        }
    }

    private mutating func note(algorithm kind: FileHash.Kind) {
        if let algorithm, algorithm != kind { namesSeveralAlgorithms = true }
        algorithm = algorithm ?? kind
        namesDigest = true
    }

    /// Whether all of its words are about digests, and none about a file, an identifier or a secret.
    var isOfDigestsOnly: Bool {
        isNothingElse && !namesFile && !namesIdentifier && !isBareIdentifier && !namesSecret
            && !namesSecretOfLabel
    }

    /// Whether it says that there is a digest and nothing more: `value`, `hash`.
    var isGeneric: Bool {
        namesDigest && algorithm == nil && !isDecisive && !namesIdentifier && !namesSecretOfLabel
    }

    /// Whether it says that the digest is no file's, even as words of a sentence.
    var isDecisive: Bool { namesOtherThing || namesOtherAlgorithm || namesSecret }

    /// Whether it may be the kind of another value: an algorithm, another thing, an identifier, a secret.
    var isKind: Bool { algorithm != nil || isDecisive || namesIdentifier || isOfSecrets }

    /// Whether it is `key` and the like: a secret's name, or that of any value.
    var isKeyOnly: Bool { namesSecretOfLabel && isNothingElse && !namesSecret && !namesDigest }

    /// Whether it is a secret's name of two words, and not a malware's: `Benutzer-Kennwort`.
    var isSecretName: Bool {
        namesSecret && subject.count == 1
            && text.allSatisfy { $0.isLetter || $0 == "-" || $0 == "_" || $0 == " " }
    }

    var isOfSecrets: Bool { namesSecret || namesSecretOfLabel }

    /// Whether it names one algorithm, whose digests are longer: half of one that is on two lines must not be
    /// taken for another file's.
    func namesLonger(than hash: FileHash) -> Bool {
        guard let algorithm, !namesSeveralAlgorithms else { return false }
        return algorithm.byteCount > hash.kind.byteCount
    }
}

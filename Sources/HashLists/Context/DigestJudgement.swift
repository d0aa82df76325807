import Model

/// What a digest of a list is, as far as its context says.
enum DigestJudgement: Hashable, Sendable {
    /// A file's, to be looked up. `isLabelled` if a label names the file's algorithm; `subject` says whose
    /// file it is.
    case file(isLabelled: Bool, subject: [String])
    /// Listed, and not looked up.
    case passedOver(PassedOver)

    /// A label and how it stands beside its digest.
    struct Context: Hashable, Sendable {
        var label: DigestLabel
        /// Whether a colon, an equals sign, a column, a key or an element makes a label of it; otherwise its
        /// words are those of a sentence.
        var isExplicit = true
        /// Whether the labelled value is the digest and nothing else.
        var isWhole = true
        /// Whether the label names an algorithm just beside the digest or just above it, so that a shorter
        /// digest is a part of one.
        var mayBeCut = false
    }

    /// Judges one digest by its labels; pure, and the only place that decides.
    ///
    /// The labels are walked from the nearest to the outermost. A secret, another algorithm or another thing
    /// decides wherever it stands; a word for the file ends the walk. Without any label a digest is a file's.
    ///
    /// - Parameter contexts: the nearest first: a key and the keys around it, a cell's heading, an element
    ///   and its parents.
    static func judge(_ hash: FileHash, _ contexts: [Context]) -> DigestJudgement {
        if hash.isOneDigitRepeated { return .passedOver(PassedOver(.placeholder)) }
        var isLabelled = false
        var isDigest = false
        var isGeneric = true
        var subject: [String] = []
        for (depth, context) in contexts.enumerated() {
            let label = context.label
            let isNearest = depth == 0
            isDigest = isDigest || label.namesDigest
            defer { isGeneric = isGeneric && (label.isGeneric || label == .nothing) }
            if isNearest || isGeneric && label.namesSecretAround, context.isExplicit, label.namesSecretOfLabel
            {
                return .passedOver(PassedOver(.secret, label: label.text))
            }
            // `"users": {"kim": {"hash": …}}`.
            if !isNearest, isGeneric, isDigest, label.namesUsers, label.isNothingElse {
                return .passedOver(PassedOver(.secret, label: label.text))
            }
            if let kind = kind(of: context, hash, isNearest: isNearest, isDigest: isDigest),
                kind != .otherAlgorithm || !isLabelled
            {
                return .passedOver(PassedOver(kind, label: label.text))
            }
            isLabelled = isLabelled || label.algorithm != nil
            subject += label.subject
            if label.namesFile, isDigest { break }
        }
        return .file(isLabelled: isLabelled, subject: subject)
    }

    private static func kind(
        of context: Context, _ hash: FileHash, isNearest: Bool, isDigest: Bool
    ) -> UnusableLine.Kind? {
        let label = context.label
        if label.namesSecret { return .secret }
        if label.namesOtherThing { return .otherThing }
        // Around the nearest label only what is a label and nothing else counts: `sections`, but not
        // `get_url`.
        let isOfDigest = isNearest ? isDigest || context.isWhole : isDigest && label.isNothingElse
        if label.namesOtherThingOfDigest, context.isExplicit, isOfDigest { return .otherThing }
        if label.namesOtherAlgorithm, label.algorithm == nil { return .otherAlgorithm }
        if context.mayBeCut, isNearest, label.namesLonger(than: hash) { return .cut }
        guard isNearest, label.algorithm == nil else { return nil }
        if label.namesIdentifier { return .identifier }
        // `id` alone is VirusTotal's own name for a file's SHA-256; shorter ones are those of machines and
        // people.
        return label.isBareIdentifier && context.isWhole && hash.kind != .sha256 ? .identifier : nil
    }
}

/// Why a digest of a list is not looked up.
struct PassedOver: Hashable, Sendable {
    let kind: UnusableLine.Kind
    /// The label that says so.
    let label: String?

    init(_ kind: UnusableLine.Kind, label: String? = nil) {
        self.kind = kind
        self.label = label
    }

    /// A sentence for the reader of the report.
    var reason: String {
        let name = label.map { $0.hasSuffix(":") ? $0 + " " : $0 + ": " } ?? ""
        return switch kind {
        case .otherThing:
            "\(name)a digest of something else than the whole file, which VirusTotal cannot look up"
        case .otherAlgorithm:
            "\(name)an algorithm that VirusTotal cannot look up; give the file's MD5, SHA-1 or SHA-256"
        case .identifier: "\(name)an identifier, not a file's digest"
        case .secret: "\(name)a secret; it is neither sent to VirusTotal nor shown"
        case .placeholder: "one digit repeated: a placeholder, not a digest"
        case .commentedOut: "commented out: the line begins with #"
        case .cut: "\(name)cut: write the whole hash on one line"
        case .spreadsheetNumber:
            "a spreadsheet made a number of a hash; format the column as text and enter it again"
        case .malformed: "no digest that VirusTotal can look up"
        }
    }
}

import Model

/// A line of more than `HashListLimits.lineBytesMax`: its hashes without a comment, in bounded memory.
///
/// It is read in windows that overlap, so that a label just before a digest is seen wherever the line is cut.
struct LongLine {
    private(set) var isOpen = false
    private(set) var digestsSeen = 0
    private let excerptCharactersMax: Int
    private var number = 0
    private var window: [UInt8] = []
    /// The bytes at the window's beginning that were read already and are there as context.
    private var overlap = 0
    private var hashes: [FileHash] = []
    private var hasDigest = false
    private var nearMiss: NearMiss?
    private var excerpt: [UInt8] = []
    private var isCommentedOut = false
    private var commentedOut = 0
    /// The columns of the statement of SQL that the line is: a dump writes a table's rows on one line.
    private var headings: TableHeadings?
    private var sql = SQLRows()
    /// The table of HTML that is open: a page may be one line.
    private(set) var html = HTMLTable()
    private var isMarkup = false

    typealias Emit = (HashListItem) throws -> Void

    /// As long as the longest label and the marks between it and its digest; more than any word that says
    /// something.
    private static let overlapBytes = 256

    init(limits: HashListLimits) { excerptCharactersMax = limits.lineExcerptCharactersMax }

    mutating func open(number: Int, context: LineContext) {
        isOpen = true
        self.number = number
        (sql, html) = (context.sql, context.html)
    }

    /// Reads the next piece; emits an entry whenever `HashListLimits.hashesPerEntryMax` are together.
    mutating func read(_ piece: UnsafeRawBufferPointer, emit: Emit) throws {
        if excerpt.isEmpty, let first = piece.first {
            isCommentedOut = first == UInt8(ascii: "#")
            isMarkup = first == UInt8(ascii: "<") || html.isOpen
        }
        excerpt.append(contentsOf: piece.prefix(max(0, (excerptCharactersMax + 1) * 4 - excerpt.count)))
        var rest = piece[...]
        while !rest.isEmpty {
            let room = HashListLimits.lineBytesMax - window.count
            window.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            if window.count == HashListLimits.lineBytesMax {
                if overlap == 0 { headings = window.withUnsafeBytes { sql.headings(ofInsert: $0) } }
                try readWindow(to: lastBreak, emit: emit)
            }
        }
    }

    /// Emits the rest, and the line as malformed if it had no digest but something like one.
    mutating func close(emit: Emit) throws {
        try readWindow(to: window.count, emit: emit)
        try emitHashes(emit)
        if commentedOut > 0 {
            try emit(listed(excerpt, PassedOver(.commentedOut), count: commentedOut))
        } else if !hasDigest, !isCommentedOut, let nearMiss {
            let text = VisibleText.string(excerpt, charactersMax: excerptCharactersMax) ?? ""
            try emit(.unusable(UnusableLine(line: number, text: text, reason: nearMiss.reason)))
        }
        let (digestsSeen, html) = (digestsSeen, html)
        self = LongLine(excerptCharactersMax: excerptCharactersMax)
        (self.digestsSeen, self.html) = (digestsSeen, html)
    }

    private init(excerptCharactersMax: Int) { self.excerptCharactersMax = excerptCharactersMax }

    /// The end of the window's last byte that is no part of a word; what stands behind it may go on.
    private var lastBreak: Int {
        // A row of a statement is read as a whole.
        if headings != nil, let end = window.lastIndex(of: UInt8(ascii: ")")), end + 1 > overlap {
            return end + 1
        }
        let last = window.lastIndex { $0 < 0x80 && CharacterClass.ofASCII($0) == 0 }
        // A word of this length says nothing, wherever it is cut.
        return last.map { $0 + 1 > overlap ? $0 + 1 : window.count } ?? window.count
    }

    /// Reads the window up to `end`, and keeps what is behind it and the context before it.
    private mutating func readWindow(to end: Int, emit: Emit) throws {
        let window = window
        try window.withUnsafeBytes { bytes in
            try readDigests(UnsafeRawBufferPointer(rebasing: bytes[..<end]), emit: emit)
        }
        let kept = min(end, Self.overlapBytes)
        self.window = Array(window[(end - kept)...])
        overlap = kept
    }

    private mutating func readDigests(_ text: UnsafeRawBufferPointer, emit: Emit) throws {
        var index = 0
        var previousEnd = 0
        var readMarkup = overlap
        defer { if isMarkup, readMarkup < text.count { html.read(text[readMarkup...]) } }
        while let (token, range) = Tokenizer.nextWord(in: text, from: index) {
            index = range.upperBound
            guard let hash = token.hash else {
                if !hasDigest, nearMiss == nil, range.lowerBound >= overlap { nearMiss = NearMiss(token) }
                continue
            }
            defer { previousEnd = range.upperBound }
            guard range.lowerBound >= overlap else { continue }
            hasDigest = true
            digestsSeen += 1
            if isCommentedOut {
                commentedOut += 1
                continue
            }
            var contexts = InlineLabel.before(range, in: text, from: previousEnd)
            if isMarkup {
                html.read(text[readMarkup..<range.lowerBound])
                readMarkup = range.upperBound
                contexts += html.labels.map { .init(label: $0) }
            }
            if let headings, let cells = SQLRows.cells(of: text, around: range),
                cells.count == headings.names.count
            {
                contexts += headings.contexts(of: range, in: text, cells: cells)
            }
            let judgement: DigestJudgement =
                PasswordDump.matches(text, digests: [range])
                ? .passedOver(PassedOver(.secret)) : .judge(hash, contexts)
            if let passedOver = judgement.passedOver {
                try emit(listed(Array(text[range]), passedOver, count: 1))
            } else {
                hashes.append(hash)
                if hashes.count == HashListLimits.hashesPerEntryMax { try emitHashes(emit) }
            }
        }
    }

    private func listed(_ text: [UInt8], _ passedOver: PassedOver, count: Int) -> HashListItem {
        let shown = passedOver.kind == .secret ? SecretMask.masked(text) : text
        return .unusable(
            UnusableLine(
                line: number, text: VisibleText.string(shown, charactersMax: excerptCharactersMax) ?? "",
                reason: passedOver.reason, kind: passedOver.kind, digests: count))
    }

    private mutating func emitHashes(_ emit: Emit) throws {
        guard !hashes.isEmpty else { return }
        try emit(.entry(HashListEntry(line: number, hashes: hashes)))
        hashes.removeAll(keepingCapacity: true)
    }
}

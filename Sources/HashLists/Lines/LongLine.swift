import Model

/// A line of more than `HashListLimits.lineBytesMax`: its hashes without a comment, in bounded memory.
struct LongLine {
    private(set) var isOpen = false
    private let excerptCharactersMax: Int
    private var number = 0
    private var words = TokenStream()
    private var hashes: [FileHash] = []
    private var hasHash = false
    private var suspicion: NearMiss?
    private var excerpt: [UInt8] = []
    private var isIgnored = false

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits) { excerptCharactersMax = limits.lineExcerptCharactersMax }

    mutating func open(number: Int) {
        isOpen = true
        self.number = number
    }

    /// Reads the next piece; emits an entry whenever `HashListLimits.hashesPerEntryMax` are together.
    mutating func read(_ piece: UnsafeRawBufferPointer, emit: Emit) throws {
        if excerpt.isEmpty, piece.first == UInt8(ascii: "#") { isIgnored = true }
        excerpt.append(contentsOf: piece.prefix(max(0, (excerptCharactersMax + 1) * 4 - excerpt.count)))
        if isIgnored { return }
        var words = words
        self.words = TokenStream()
        try words.scan(piece) { try take($0, emit: emit) }
        self.words = words
    }

    /// Emits the rest, and the line as unusable if it had none but something like one.
    mutating func close(emit: Emit) throws {
        var words = words
        self.words = TokenStream()
        try words.end { try take($0, emit: emit) }
        try emitHashes(emit)
        if !hasHash, let suspicion {
            let text = VisibleText.string(excerpt, charactersMax: excerptCharactersMax) ?? ""
            try emit(.unusable(UnusableLine(line: number, text: text, reason: suspicion.reason)))
        }
        self = LongLine(excerptCharactersMax: excerptCharactersMax)
    }

    private init(excerptCharactersMax: Int) { self.excerptCharactersMax = excerptCharactersMax }

    private mutating func take(_ word: Token, emit: Emit) throws {
        if let hash = word.hash {
            hasHash = true
            hashes.append(hash)
            if hashes.count == HashListLimits.hashesPerEntryMax { try emitHashes(emit) }
        } else if !hasHash, suspicion == nil {
            suspicion = NearMiss(word)
        }
    }

    private mutating func emitHashes(_ emit: Emit) throws {
        guard !hashes.isEmpty else { return }
        try emit(.entry(HashListEntry(line: number, hashes: hashes)))
        hashes.removeAll(keepingCapacity: true)
    }
}

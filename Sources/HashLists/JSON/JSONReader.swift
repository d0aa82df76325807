import Model

/// Reads JSON, or lines of it, and groups the hashes that name one file.
///
/// A digest is judged by the labels in its own string, by its key, by what the object says of it elsewhere
/// (`alg`, `type`) and by the keys around it. The file hashes of one innermost object are one entry if there
/// is one of each kind and no key says that they are different files'; they name one file if each stands
/// alone under an algorithm's name. A dictionary of hashes belongs to the object above it, the attributes of
/// a MISP object to that object. The comment is the object's name and comment. Nothing is refused: where the
/// text is no JSON, its hashes are found all the same, and lines of text between values are read as a list's.
struct JSONReader {
    let limits: HashListLimits
    private var splitter = LineSplitter()
    private var words = TokenStream()
    private var string = JSONString()
    private var isInString = false
    /// Whether `string` is complete and not yet known to be a key or a value.
    private var hasString = false
    /// Open objects and arrays, the outermost first.
    private(set) var frames: [JSONFrame] = []
    /// Open containers beyond `HashListLimits.nestedJSONMax`; what they hold counts for the last frame.
    private var surplusDepth = 0
    private var line = 1
    /// Where `string` began.
    private var stringLine = 1
    /// Keys come again and again: each is looked at once.
    private var keys: [[UInt8]: JSONKey] = [:]
    private var text: TextBetweenJSON
    private var digestsOfJSON = 0

    /// Digests that were seen, whatever became of them.
    var digestsSeen: Int { digestsOfJSON + text.digestsSeen }

    private static let keysMax = 1_000

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits) {
        self.limits = limits
        text = TextBetweenJSON(limits: limits)
    }

    /// Whether a text with this beginning is JSON: brackets as JSON nests them, then a string or an empty
    /// object. `[[anchor]]` of AsciiDoc is not.
    static func isJSON(head: UnsafeRawBufferPointer) -> Bool {
        var brackets = 0
        var isInObject = false
        for byte in head where byte > 0x20 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                // In an object a key comes first.
                if isInObject { return false }
                isInObject = byte == UInt8(ascii: "{")
                brackets += 1
            case UInt8(ascii: "}"): return isInObject
            default: return byte == UInt8(ascii: "\"") && brackets > 0
            }
        }
        return false
    }

    mutating func consume(_ bytes: UnsafeRawBufferPointer, emit: Emit) throws {
        var splitter = splitter
        try splitter.split(bytes) { piece, endsLine in
            let isBetweenValues = frames.isEmpty && !isInString && !hasString && surplusDepth == 0
            if try text.read(
                piece, endsLine: endsLine, number: line, isBetweenValues: isBetweenValues, emit: emit)
            {
                if endsLine { line += 1 }
                return
            }
            var index = 0
            while index < piece.count {
                index =
                    isInString
                    ? try readString(piece, from: index, emit: emit)
                    : try readStructure(piece, from: index, emit: emit)
            }
            if endsLine { try endLine(emit: emit) }
        }
        self.splitter = splitter
    }

    mutating func finish(emit: Emit) throws {
        try text.finish(emit: emit)
        try endLine(emit: emit)
        try takeValue(emit: emit)
        surplusDepth = 0
        while !frames.isEmpty { try closeContainer(emit: emit) }
    }

    private mutating func endLine(emit: Emit) throws {
        try endWord(emit: emit)
        // JSON allows no line break in a string: if there is one, a quote was lost, and reading starts over.
        if isInString { endString() }
        line += 1
    }

    // MARK: Strings

    private mutating func readString(
        _ piece: UnsafeRawBufferPointer, from start: Int, emit: Emit
    ) throws -> Int {
        if string.isEscaping {
            let characters = string.takeEscaped(piece[start])
            try characters.withUnsafeBytes { try append($0, emit: emit) }
            return start + 1
        }
        var end = start
        while end < piece.count, piece[end] != UInt8(ascii: "\""), piece[end] != UInt8(ascii: "\\") {
            end += 1
        }
        try append(UnsafeRawBufferPointer(rebasing: piece[start..<end]), emit: emit)
        guard end < piece.count else { return end }
        if piece[end] == UInt8(ascii: "\\") {
            string.beginEscape()
        } else {
            try endWord(emit: emit)
            endString()
        }
        return end + 1
    }

    /// Keeps the string's beginning; what is beyond that is read at once, with its key as the only label.
    private mutating func append(_ text: UnsafeRawBufferPointer, emit: Emit) throws {
        let kept = string.append(text)
        guard kept < text.count else { return }
        if !string.isStreamed {
            string.isStreamed = true
            let beginning = string.bytes
            try beginning.withUnsafeBytes { try scan($0, emit: emit) }
        }
        try scan(UnsafeRawBufferPointer(rebasing: text[kept...]), emit: emit)
    }

    private mutating func endString() {
        isInString = false
        hasString = true
    }

    // MARK: Structure

    private mutating func readStructure(
        _ piece: UnsafeRawBufferPointer, from start: Int, emit: Emit
    ) throws -> Int {
        var end = start
        while end < piece.count, !Self.isStructural(piece[end]) { end += 1 }
        // Outside of strings stand numbers and `true`; hashes only where the text is no JSON.
        if end > start { try scan(UnsafeRawBufferPointer(rebasing: piece[start..<end]), emit: emit) }
        guard end < piece.count else { return end }
        try endWord(emit: emit)
        try takeStructural(piece[end], emit: emit)
        return end + 1
    }

    static func isStructural(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    private mutating func takeStructural(_ byte: UInt8, emit: Emit) throws {
        switch byte {
        case UInt8(ascii: "\""):
            // Two strings in a row: a comma was lost.
            if hasString { try takeValue(emit: emit) }
            string.begin()
            stringLine = line
            isInString = true
        case UInt8(ascii: ":"): try takeKey(emit: emit)
        case UInt8(ascii: ","): try takeValue(emit: emit)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if hasString { try takeValue(emit: emit) }
            openContainer(isObject: byte == UInt8(ascii: "{"))
        default:
            try takeValue(emit: emit)
            try closeContainer(emit: emit)
        }
    }

    private mutating func openContainer(isObject: Bool) {
        guard frames.count < HashListLimits.nestedJSONMax else {
            surplusDepth += 1
            return
        }
        let key = frames.last.map { $0.isObject ? $0.nextKey : $0.key } ?? .none
        frames.append(JSONFrame(isObject: isObject, key: key))
    }

    private mutating func closeContainer(emit: Emit) throws {
        if surplusDepth > 0 {
            surplusDepth -= 1
            return
        }
        guard let frame = frames.popLast() else { return }
        if let owner = ownerIndex(of: frame) { return frames[owner].adopt(frame) }
        let files = try judge(frame, emit: emit)
        if files.isEmpty, let malformed = frame.malformed { return try emit(.unusable(malformed)) }
        try emitEntries(of: frame, files, emit: emit)
    }

    // MARK: Keys and values

    private mutating func takeKey(emit: Emit) throws {
        defer { hasString = false }
        guard hasString, let last = frames.indices.last else { return try takeValue(emit: emit) }
        frames[last].nextKey = .none
        try findDigests(isKey: true, emit: emit)
        frames[last].nextKey = key(string.bytes)
        switch frames[last].nextKey.role {
        case .count: frames[last].isBucket = true
        case .salt: frames[last].isSalted = true
        default: break
        }
    }

    private mutating func key(_ bytes: [UInt8]) -> JSONKey {
        if let known = keys[bytes] { return known }
        let key = JSONKey(bytes)
        if keys.count < Self.keysMax { keys[bytes] = key }
        return key
    }

    /// Takes the string before a comma or a closing bracket as the value of the object's current key.
    private mutating func takeValue(emit: Emit) throws {
        defer {
            hasString = false
            if let last = frames.indices.last { frames[last].nextKey = .none }
        }
        guard hasString else { return }
        let hasDigest = try findDigests(isKey: false, emit: emit)
        guard let last = frames.indices.last else { return }
        guard frames[last].isObject else {
            if let malformed = malformedString() { try emit(.unusable(malformed)) }
            return
        }
        frames[last].malformed = frames[last].malformed ?? malformedString()
        note(hasDigest: hasDigest, in: last)
    }

    /// What a value says of the object's file besides its digests.
    private mutating func note(hasDigest: Bool, in last: Int) {
        let role = frames[last].nextKey.role
        guard role != .other else { return }
        let text = VisibleText.string(string.bytes, charactersMax: limits.commentCharactersMax)
        switch role {
        // A hash is no name: it would only say the same again.
        case .fileName where !hasDigest: frames[last].fileName = frames[last].fileName ?? text
        case .name where !hasDigest:
            frames[last].name = text
            noteKind(isName: true, in: last)
        case .comment: frames[last].comment = text
        case .kind where !hasDigest:
            frames[last].kindText = text
            noteKind(isName: false, in: last)
        case .value where hasDigest:
            // MISP's `filename|md5` and the like.
            guard let bar = string.bytes.firstIndex(of: UInt8(ascii: "|")) else { return }
            let name = string.bytes[..<bar]
            frames[last].fileName = VisibleText.string(name, charactersMax: limits.commentCharactersMax)
        case .value: frames[last].value = text
        default: break
        }
    }

    private mutating func noteKind(isName: Bool, in last: Int) {
        guard frames[last].kind == nil || !isName, let label = DigestLabel(kindBytes) else { return }
        // A name may be any word: only a MISP object's is that of its template.
        let isKind =
            !isName || frames[last].key.role == .object
            || label.algorithm != nil || label.isDecisive && !label.namesFile
        if isKind, label.isNothingElse || label.isDecisive || label.namesIdentifier {
            frames[last].kind = label
        }
    }

    /// A MISP type names what stands before the bar as well: `filename|md5`.
    private var kindBytes: ArraySlice<UInt8> {
        let bytes = string.bytes[...]
        return bytes.lastIndex(of: UInt8(ascii: "|")).map { bytes[($0 + 1)...] } ?? bytes
    }

    /// In JSON only a string that is digits and nothing else, of a telling length, is worth a complaint.
    private func malformedString() -> UnusableLine? {
        let bytes = string.bytes
        guard string.isWhole, NearMiss.isTelling(digitCount: bytes.count),
            bytes.allSatisfy(CharacterClass.isHexadecimalDigit)
        else { return nil }
        let label = frames.last.flatMap { $0.isObject ? $0.nextKey.label : $0.key.label }
        if let label,
            label.namesSecret || label.namesSecretOfLabel || label.namesOtherThing || label.namesIdentifier
        {
            return nil
        }
        let text = VisibleText.string(bytes, charactersMax: limits.lineExcerptCharactersMax) ?? ""
        return UnusableLine(line: stringLine, text: text, reason: NearMiss(digitCount: bytes.count).reason)
    }

    // MARK: Digests

    /// Finds the digests of the string, whose labels in itself are known now.
    @discardableResult
    private mutating func findDigests(isKey: Bool, emit: Emit) throws -> Bool {
        if string.isStreamed { return string.hasHash }
        guard string.bytes.count >= Token.byteCountMin else { return false }
        let bytes = string.bytes
        var hasDigest = false
        try bytes.withUnsafeBytes { raw in
            let clean = InvisibleCharacters.removed(from: raw)
            try (clean ?? bytes).withUnsafeBytes { text in
                var index = 0
                var previousEnd = 0
                while let (token, range) = Tokenizer.nextWord(in: text, from: index) {
                    index = range.upperBound
                    guard
                        let (hash, range) = token.hash.map({ ($0, range) })
                            ?? token.behindEscape(in: text, range)
                    else { continue }
                    hasDigest = true
                    let isWhole = range.count == text.count
                    let contexts = isWhole ? [] : inline(range, in: text, from: previousEnd)
                    try take(
                        JSONFrame.Found(
                            hash: hash, line: stringLine, contexts: contexts, isWhole: isWhole, isKey: isKey),
                        emit: emit)
                    previousEnd = range.upperBound
                }
            }
        }
        return hasDigest
    }

    private func inline(
        _ range: Range<Int>, in text: UnsafeRawBufferPointer, from lower: Int
    ) -> [DigestJudgement.Context] {
        if PasswordDump.matches(text, digests: [range]), let label = DigestLabel(Array("password hash".utf8))
        {
            return [.init(label: label)]
        }
        return InlineLabel.before(range, in: text, from: lower)
    }

    private mutating func scan(_ text: UnsafeRawBufferPointer, emit: Emit) throws {
        var words = words
        self.words = TokenStream()
        try words.scan(text) { try take($0, emit: emit) }
        self.words = words
    }

    private mutating func endWord(emit: Emit) throws {
        var words = words
        self.words = TokenStream()
        try words.end { try take($0, emit: emit) }
        self.words = words
    }

    private mutating func take(_ word: Token, emit: Emit) throws {
        guard let hash = word.hash else { return }
        string.hasHash = true
        try take(JSONFrame.Found(hash: hash, line: line, contexts: [], isWhole: false), emit: emit)
    }

    private mutating func take(_ found: JSONFrame.Found, emit: Emit) throws {
        digestsOfJSON += 1
        guard let last = frames.indices.last else {
            var frame = JSONFrame(isObject: true, key: .none)
            frame.found = [found]
            return try emitEntries(of: frame, judge(frame, emit: emit), emit: emit)
        }
        var found = found
        if frames[last].isObject, !found.isKey {
            let label = frames[last].nextKey.label ?? .nothing
            found.contexts.append(.init(label: label, isWhole: found.isWhole))
        }
        frames[last].found.append(found)
        // In an array every hash is for itself.
        if !frames[last].isObject || frames[last].found.count >= JSONFrame.foundMax {
            try flush(last, emit: emit)
        }
    }

    /// Emits the digests of an array, or of an object that is a list.
    private mutating func flush(_ index: Int, emit: Emit) throws {
        let frame = frames[index]
        frames[index].found = []
        for file in try judge(frame, emit: emit) { try emitEntries(of: frame, [file], emit: emit) }
    }
}

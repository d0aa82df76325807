import Model

/// Reads JSON, or lines of it, and groups the hashes that name one file.
///
/// All hashes of one innermost object are one entry if there is at most one of each kind, otherwise an entry
/// each; so are hashes in an array. They name one file if each stands alone under an algorithm's name. A STIX `hashes`
/// dictionary belongs to the object above it, the attributes of a MISP object to that object. The comment is the
/// object's name and comment, if it has them. Digests that are no file's, such as `imphash`, are passed over.
/// Nothing is refused: where the text is no JSON, its hashes are found all the same.
struct JSONReader {
    private let limits: HashListLimits
    private var splitter = LineSplitter()
    private var words = TokenStream()
    private var string = JSONString()
    private var isInString = false
    /// Whether `string` is complete and not yet known to be a key or a value.
    private var hasString = false
    private var frames: [JSONFrame] = []
    /// Open containers beyond `HashListLimits.nestedJSONMax`; what they hold counts for the last frame.
    private var surplusDepth = 0
    private var line = 1
    /// Where `string` began.
    private var stringLine = 1

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits) { self.limits = limits }

    /// Whether a text with this beginning is JSON: brackets as JSON nests them, then a string or an empty object.
    /// `[[anchor]]` of AsciiDoc is not.
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

    mutating func consume(_ text: UnsafeRawBufferPointer, emit: Emit) throws {
        var splitter = splitter
        try splitter.split(text) { piece, endsLine in
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
        try endLine(emit: emit)
        surplusDepth = 0
        while !frames.isEmpty { try closeContainer(emit: emit) }
    }

    private mutating func endLine(emit: Emit) throws {
        try endWord(emit: emit)
        // JSON allows no line break in a string: if there is one, a quote was lost, and reading starts
        // afresh.
        if isInString { endString() }
        line += 1
    }

    // MARK: Strings

    private mutating func readString(
        _ piece: UnsafeRawBufferPointer, from start: Int, emit: Emit
    ) throws -> Int {
        if string.isEscaping {
            let characters = string.takeEscaped(piece[start])
            string.append(characters)
            try characters.withUnsafeBytes { try scan($0, emit: emit) }
            return start + 1
        }
        var end = start
        while end < piece.count, piece[end] != UInt8(ascii: "\""), piece[end] != UInt8(ascii: "\\") {
            end += 1
        }
        let text = UnsafeRawBufferPointer(rebasing: piece[start..<end])
        string.append(text)
        try scan(text, emit: emit)
        guard end < piece.count else { return end }
        if piece[end] == UInt8(ascii: "\\") {
            string.beginEscape()
        } else {
            try endWord(emit: emit)
            endString()
        }
        return end + 1
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

    private static func isStructural(_ byte: UInt8) -> Bool {
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
            string.begin()
            stringLine = line
            isInString = true
            hasString = false
        case UInt8(ascii: ":"):
            if hasString, !frames.isEmpty { frames[frames.count - 1].key = JSONKey(string.bytes) }
            hasString = false
        case UInt8(ascii: ","): try takeValue(emit: emit)
        case UInt8(ascii: "{"), UInt8(ascii: "["): openContainer(isObject: byte == UInt8(ascii: "{"))
        default:
            try takeValue(emit: emit)
            try closeContainer(emit: emit)
        }
    }

    private mutating func openContainer(isObject: Bool) {
        hasString = false
        guard frames.count < HashListLimits.nestedJSONMax else {
            surplusDepth += 1
            return
        }
        let role = frames.last.map { $0.isObject ? $0.key : $0.role } ?? .other
        frames.append(JSONFrame(isObject: isObject, role: role))
    }

    private mutating func closeContainer(emit: Emit) throws {
        if surplusDepth > 0 {
            surplusDepth -= 1
            return
        }
        guard var frame = frames.popLast() else { return }
        if frame.role == .attribute, let type = frame.type {
            switch DigestKind(name: type.utf8) {
            case .wholeFile: frame.noteNamed()
            case .otherThing: frame.forgetHashes()
            case .unnamed: break
            }
        }
        if let owner = ownerIndex(of: frame) {
            let entries = frames[owner].adopt(frame)
            return try emitEach(entries, of: frames[owner], emit: emit)
        }
        if let item = frame.item(charactersMax: limits.commentCharactersMax) { try emit(item) }
    }

    /// The open object whose file a closed one describes as well, if it is not for itself.
    private func ownerIndex(of frame: JSONFrame) -> Int? {
        let last = frames.count - 1
        guard frame.isObject, last >= 0 else { return nil }
        if frame.role == .hashes, frames[last].isObject { return last }
        let isInObject =
            frame.role == .attribute && last >= 1 && !frames[last].isObject
            && frames[last - 1].isObject && frames[last - 1].role == .object
        return isInObject ? last - 1 : nil
    }

    /// Takes the string before a comma or a closing bracket as the value of the object's current key.
    private mutating func takeValue(emit: Emit) throws {
        guard let last = frames.indices.last else { return }
        defer {
            hasString = false
            frames[last].key = .other
        }
        guard hasString else { return }
        guard frames[last].isObject else {
            if let unusable = unusableString() { try emit(.unusable(unusable)) }
            return
        }
        frames[last].unusable = frames[last].unusable ?? unusableString()
        let key = frames[last].key
        guard key != .other else { return }
        let text = VisibleText.string(string.bytes, charactersMax: limits.commentCharactersMax)
        // A hash is no name: it would only say the same again.
        switch key {
        case .name where !string.hasHash: frames[last].name = text
        case .comment: frames[last].comment = text
        case .type: frames[last].type = text
        case .algorithm where string.hasHash && FileHash(hexadecimal: string.bytes) != nil:
            frames[last].noteNamed()
        case .value where string.hasHash:
            // MISP's `filename|md5` and the like.
            guard let bar = string.bytes.firstIndex(of: UInt8(ascii: "|")) else { return }
            let name = string.bytes[..<bar]
            frames[last].fileName = VisibleText.string(name, charactersMax: limits.commentCharactersMax)
        case .value: frames[last].value = text
        default: break
        }
    }

    /// In JSON only a string that is digits and nothing else, of a telling length, is worth a complaint.
    private func unusableString() -> UnusableLine? {
        let bytes = string.bytes
        guard string.isWhole, NearMiss.isTelling(digitCount: bytes.count),
            bytes.allSatisfy(CharacterClass.isHexadecimalDigit)
        else { return nil }
        let text = VisibleText.string(bytes, charactersMax: limits.lineExcerptCharactersMax) ?? ""
        return UnusableLine(line: stringLine, text: text, reason: NearMiss(digitCount: bytes.count).reason)
    }

    // MARK: Hashes

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
        if isInString, frames.last?.isObject == true, frames.last?.key == .otherDigest { return }
        guard let last = frames.indices.last else {
            return try emit(.entry(HashListEntry(line: line, hashes: [hash])))
        }
        let entries = frames[last].add(hash, line: line)
        try emitEach(entries, of: frames[last], emit: emit)
    }

    private func emitEach(_ entries: [HashListEntry], of frame: JSONFrame, emit: Emit) throws {
        for entry in entries {
            try emit(.entry(frame.described(entry, limits.commentCharactersMax)))
        }
    }
}

import Model

/// Reads a hash list of any common form, in chunks cut anywhere, and emits what it holds line by line.
///
/// A digest is a run of exactly 32, 40 or 64 hexadecimal digits, in either case, with no letter, digit or
/// underscore beside it; letters and digits are those of Unicode. Its context says what it is of: the label
/// beside it, the heading of its column, the key or element around it, the label on the line above.
/// `DigestJudgement` decides; a file's digests become entries, all others are listed with the reason, as are
/// lines that begin with `#` and lines on which a hash seems meant. The rest of the line, or of the JSON
/// object, is the comment. A text that begins like JSON is read as JSON. Lines that set options
/// (`ListOptionLine`) are kept apart.
///
/// The text is UTF-8, UTF-16 (with or without byte order mark) or Windows-1252; lines end with LF, CR LF or
/// CR. Memory does not grow with the file: a line of more than 16 KiB is read in pieces, and its hashes have
/// no comment. What is emitted does not depend on where the chunks are cut. After an error the parser must
/// not be used again.
package struct HashListParser {
    private var decoder = TextDecoder()
    private var body: Body
    private var counter: HashCounter

    package init(limits: HashListLimits = .init()) {
        body = Body(limits: limits)
        counter = HashCounter(limit: limits.hashesMax)
    }

    /// Digests that were seen so far: each is in an entry or accounted for by an unusable line.
    package var digestsSeen: Int { body.digestsSeen }

    /// The lines that set options, and the first one that stands too low to count (`ListOptions`); complete
    /// after `finish`.
    package var optionLines: [ListOptionLine] { body.optionLines }

    /// What the reader of the list must know about its text; complete after `finish`.
    package var remarks: [HashListRemark] {
        var remarks: [HashListRemark] = []
        if decoder.hasWindows1252 { remarks.append(.windows1252) }
        if decoder.hasChangedEncoding { remarks.append(.encodingChanged) }
        if body.hasBase64Part { remarks.append(.base64Part) }
        return remarks
    }

    /// Reads the next chunk, of any size.
    ///
    /// Throws `HashListError`, and what `emit` throws. Items are emitted as soon as they are complete.
    package mutating func consume(
        _ bytes: UnsafeRawBufferPointer, emit: (HashListItem) throws -> Void
    ) throws {
        try decoder.decode(bytes) { text in
            try body.consume(text) { item in
                try counter.count(item)
                try emit(item)
            }
        }
    }

    /// Reads what the end of the file completes: a last line without a line break, above all.
    package mutating func finish(emit: (HashListItem) throws -> Void) throws {
        try decoder.finish { text in
            try body.consume(text) { item in
                try counter.count(item)
                try emit(item)
            }
        }
        try body.finish { item in
            try counter.count(item)
            try emit(item)
        }
        if body.hasBase64Part, digestsSeen == 0 { throw HashListError.encodedMail }
    }

    /// All items of a small list in memory. Throws `HashListError`.
    package static func items(
        of bytes: some Sequence<UInt8>, limits: HashListLimits = .init()
    ) throws -> [HashListItem] {
        var items: [HashListItem] = []
        var parser = HashListParser(limits: limits)
        try Array(bytes).withUnsafeBytes { bytes in
            try parser.consume(bytes) { items.append($0) }
        }
        try parser.finish { items.append($0) }
        return items
    }
}

/// Counts the hashes of a file and refuses the first one above the limit.
private struct HashCounter {
    let limit: Int
    private var hashCount = 0

    init(limit: Int) { self.limit = limit }

    mutating func count(_ item: HashListItem) throws {
        guard case .entry(let entry) = item else { return }
        hashCount += entry.hashes.count
        if hashCount > limit { throw HashListError.tooManyHashes(limit: limit, line: entry.line) }
    }
}

/// The reader that fits the text, chosen when its beginning is there.
private struct Body {
    private var isJSON: Bool?
    private var list: ListReader
    private var json: JSONReader

    init(limits: HashListLimits) {
        list = ListReader(limits: limits, takesOptions: true)
        json = JSONReader(limits: limits)
    }

    var digestsSeen: Int { list.digestsSeen + json.digestsSeen }
    var hasBase64Part: Bool { list.hasBase64Part }
    /// JSON has no comments, and so no options.
    var optionLines: [ListOptionLine] { list.optionLines }

    mutating func consume(
        _ text: UnsafeRawBufferPointer, emit: (HashListItem) throws -> Void
    ) throws {
        // The decoder's first piece is always the file's first kibibyte, however the chunks were cut.
        let isJSON = isJSON ?? JSONReader.isJSON(head: text)
        self.isJSON = isJSON
        if isJSON { try json.consume(text, emit: emit) } else { try list.consume(text, emit: emit) }
    }

    mutating func finish(emit: (HashListItem) throws -> Void) throws {
        if isJSON == true { try json.finish(emit: emit) } else { try list.finish(emit: emit) }
    }
}

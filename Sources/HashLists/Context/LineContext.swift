import Model

/// What the lines before a digest's line say of it: a table's headings, a label on a line of its own, the
/// keys and elements that are open, the name of the file that a block is about.
///
/// Lines without a digest only leave their bytes here; they are looked at when a line with one follows.
struct LineContext {
    private(set) var headings: TableHeadings?
    /// What the block says its file is called: `Image: C:\x.exe` above `Hashes: …`.
    private(set) var fileName: [UInt8]?
    /// Whether a mail says that a part of it is encoded in base 64, which is not read.
    private(set) var hasBase64Part = false
    /// The label on a line of its own above, for the lines below it.
    private var section: (label: DigestLabel, isForAll: Bool)?
    /// The last line with something on it that held no digest, until it was looked at.
    private var above: [UInt8] = []
    /// Whether the line is the first one, or stands behind an empty one.
    private var isAfterBreak = true
    /// The keys that are open, the outermost first: those of YAML, and names before an open bracket.
    private var keys: [(indentation: Int, label: DigestLabel?, hasBracket: Bool)] = []
    /// The section of an INI file that is open: `[credentials]`.
    private var chapter: DigestLabel?
    /// Whether a mail says that a part of it is quoted-printable.
    private(set) var isQuotedPrintable = false
    /// What a line above says of the values of its block: `Algorithm : RIPEMD160`, `type: imphash`.
    private var kind: DigestLabel?
    /// The statements of SQL.
    private(set) var sql = SQLRows()
    /// The table of HTML that is open.
    private(set) var html = HTMLTable()
    /// The elements of XML that are open, the outermost first.
    private var elements: [DigestLabel?] = []
    /// What the empty element just above says of its sibling's value, as in OpenIOC: `<Context search="…"/>`.
    private var sibling: DigestLabel?

    private static let printedSecrets = DigestLabel(Array("passwords' hashes".utf8)) ?? .nothing

    /// A label on a line of its own is short.
    private static let labelBytesMax = 96
    private static let depthMax = 64

    // MARK: Lines without a digest

    mutating func pass(_ line: UnsafeRawBufferPointer) {
        guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }) else {
            fileName = nil
            kind = nil
            isAfterBreak = true
            return
        }
        // The line below a heading.
        if line.count > 3,
            line.allSatisfy({ $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "=") || $0 == 0x20 })
        {
            return
        }
        if isAfterBreak || line.count <= Self.labelBytesMax || first == UInt8(ascii: "#")
            || line.count <= TableHeadings.bytesMax && !Self.holdsLongNumber(line)
        {
            keep(line)
        } else {
            above.removeAll(keepingCapacity: true)
        }
        if first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") {
            chapter = DigestLabel(line).flatMap { $0.isOfSecrets || $0.isDecisive ? $0 : nil }
        }
        if first == UInt8(ascii: "<") { passElement(line) }
        if first == UInt8(ascii: "<") || html.isOpen { html.read(line) }
        if !keys.isEmpty || line.last.map(Self.opensBlock) == true { passKey(line) }
        sql.pass(line)
        if (0x41...0x5A).contains(first & 0xDF) || first == UInt8(ascii: "-") {
            passField(line)
        }
    }

    /// Takes what a line with a digest says of the lines below, after its digests were judged.
    mutating func passDigests(_ line: UnsafeRawBufferPointer) {
        sql.pass(line)
        // `'<digest>')`, `"<digest>" ],`: the end of what a bracket opened.
        if let last = keys.last, last.hasBracket,
            line.last(where: { $0 > 0x20 && !",;".utf8.contains($0) })
                .map({ ")]}".utf8.contains($0) }) == true
        {
            keys.removeLast()
        }
        // `names=('<digest>'`: the array goes on.
        guard let equals = line.prefix(64).firstIndex(of: UInt8(ascii: "=")), equals + 1 < line.count,
            line[equals + 1] == UInt8(ascii: "("), !line.contains(UInt8(ascii: ")"))
        else { return }
        open(line[..<equals], indentation: Self.indentation(of: line), hasBracket: true)
    }

    /// The rows of a statement, their brackets included, if there are several on the line; each is read for
    /// itself until `endRows`.
    mutating func rowsOfSQL(in line: UnsafeRawBufferPointer) -> [Range<Int>] {
        sql.mayHoldRows(line) ? sql.beginRows(of: line) : []
    }

    mutating func endRows(of line: UnsafeRawBufferPointer) { sql.pass(line) }

    /// Takes a piece of a page with a digest, so that its table is known.
    mutating func readMarkup(_ piece: Slice<UnsafeRawBufferPointer>) { html.read(piece) }

    /// Goes on behind a long line, which was read elsewhere.
    mutating func passLongLine(_ line: LongLine) { html = line.html }

    /// Whether four digits stand in a row: a year, a port, a size; headings hold none. In a log the answer
    /// stands at the line's beginning, so that its long lines are not looked at.
    private static func holdsLongNumber(_ line: UnsafeRawBufferPointer) -> Bool {
        var digits = 0
        for byte in line {
            digits = (0x30...0x39).contains(byte) ? digits + 1 : 0
            if digits == 4 { return true }
        }
        return false
    }

    private mutating func keep(_ line: UnsafeRawBufferPointer) {
        // Data between a heading and the last piece of it.
        if line.count > 2 * FileHash.Kind.sha256.byteCount,
            TableRow.trimmed(line, 0..<line.count).allSatisfy(CharacterClass.isHexadecimalDigit)
        {
            return
        }
        above.removeAll(keepingCapacity: true)
        guard line.count <= TableHeadings.bytesMax else { return }
        above.append(contentsOf: line)
        // The headings of a table whose first rows hold no digest.
        if isAfterBreak, TableHeadings.mayBe(line) { look() }
        isAfterBreak = false
    }

    private mutating func passField(_ line: UnsafeRawBufferPointer) {
        if !hasBase64Part, line.count < 80, line.first.map({ $0 | 0x20 }) == UInt8(ascii: "c") {
            let text = String(decoding: line, as: UTF8.self).lowercased()
            let isEncoding = text.hasPrefix("content-transfer-encoding:")
            hasBase64Part = isEncoding && text.contains("base64")
            if isEncoding { isQuotedPrintable = text.contains("quoted-printable") }
        }
        guard
            let colon = line.prefix(40).firstIndex(where: {
                $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=")
            }),
            case let value = TableRow.trimmed(line, (colon + 1)..<line.count)
        else { return }
        // The next item of a list.
        if Self.beginsItem(line) { kind = nil }
        // None of the names looked for ends with a digit, as the beginning of a log's line does before the
        // colon of its time.
        guard let last = line[..<colon].last(where: { $0 >= 0x80 || CharacterClass.ofASCII($0) != 0 }),
            !(0x30...0x39).contains(last)
        else { return }
        if let word = LabelWords.words(of: line[..<colon]).last, TableHeadings.kindNames.contains(word) {
            kind = DigestLabel(value).flatMap { $0.isNothingElse && $0.isKind ? $0 : nil }
        }
        if FileNameKey.isFileName(line[..<colon]), !value.isEmpty {
            fileName = Array(value.prefix(HashListLimits.keptStringBytesMax))
        }
    }

    private mutating func passKey(_ line: UnsafeRawBufferPointer) {
        let indentation = Self.indentation(of: line)
        keys.removeAll { $0.indentation >= indentation }
        guard let last = line.last, Self.opensBlock(last), line.count <= DigestLabel.bytesMax else { return }
        let isText = last == UInt8(ascii: ">") || last == UInt8(ascii: "|")
        if isText, !line.dropLast().contains(UInt8(ascii: ":")) { return }
        open(line[...], indentation: indentation, hasBracket: last != UInt8(ascii: ":") && !isText)
    }

    private mutating func open(_ name: Slice<UnsafeRawBufferPointer>, indentation: Int, hasBracket: Bool) {
        if keys.count < Self.depthMax { keys.append((indentation, DigestLabel(name), hasBracket)) }
    }

    /// Whether a line that ends with the byte names what the lines below it are.
    private static func opensBlock(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): true
        // A text on several lines: `secret: >`.
        case UInt8(ascii: ">"), UInt8(ascii: "|"): true
        default: false
        }
    }

    /// A dash of a list counts as indentation.
    private static func indentation(of line: UnsafeRawBufferPointer) -> Int {
        line.prefix { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "-") }.count
    }

    /// Keeps count of elements that open on one line and end on another.
    private mutating func passElement(_ line: UnsafeRawBufferPointer) {
        let start = line.firstIndex(of: UInt8(ascii: "<"))! + 1
        sibling = nil
        guard start < line.count, let end = line[start...].firstIndex(of: UInt8(ascii: ">")) else { return }
        if line[end - 1] == UInt8(ascii: "/") {
            sibling = ElementLabel.labels(ofTag: line[start..<end]).first(where: \.isDecisive)
        }
        if line[start] == UInt8(ascii: "/") {
            _ = elements.popLast()
        } else if line[start] != UInt8(ascii: "!"), line[start] != UInt8(ascii: "?"),
            line[end - 1] != UInt8(ascii: "/"),
            !line[end...].contains(UInt8(ascii: "<")), elements.count < Self.depthMax
        {
            elements.append(ElementLabel.labels(ofTag: line[start..<end]).first)
        }
    }

    // MARK: Lines with a digest

    /// Looks at the line above, as soon as it matters.
    mutating func look() {
        guard !above.isEmpty else { return }
        above.withUnsafeBytes { line in
            // A comment's mark may stand before the headings.
            let text = UnsafeRawBufferPointer(rebasing: line.drop { $0 == UInt8(ascii: "#") || $0 == 0x20 })
            if let known = KnownTable.label(headings: text) {
                section = (known, true)
            } else if CommandLine.printsSecrets(text) {
                section = (Self.printedSecrets, true)
            } else if let found = TableHeadings(text) {
                headings = found
                section = nil
            } else {
                section = Self.section(text)
            }
        }
        above.removeAll(keepingCapacity: true)
    }

    private static func section(_ line: UnsafeRawBufferPointer) -> (label: DigestLabel, isForAll: Bool)? {
        let trimmed = line.withMarkupRemoved
        guard trimmed.count <= 64, !trimmed.contains(where: isValueMark) else { return nil }
        if let secrets = headingOfSecrets(trimmed) { return (secrets, false) }
        guard trimmed.count(where: { $0 == 0x20 }) <= 3, let label = DigestLabel(trimmed) else { return nil }
        let isHeading =
            trimmed.last == UInt8(ascii: ":")
            || trimmed.first == UInt8(ascii: "[") && trimmed.last == UInt8(ascii: "]")
        return isHeading || label.isNothingElse ? (label, isHeading) : nil
    }

    /// `Password hashes found in memory`: two words that are one for secrets, before anything else.
    private static func headingOfSecrets(_ line: [UInt8]) -> DigestLabel? {
        let words = line.split(separator: 0x20, maxSplits: 2)
        guard words.count == 3, !NameOfFile.ends(line[...]),
            let label = DigestLabel(words[0] + [0x20] + words[1]), label.namesSecret, label.isNothingElse
        else { return nil }
        return label
    }

    /// What shows that a line is a value of its own, and no label of the next ones.
    private static func isValueMark(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="), UInt8(ascii: "/"), UInt8(ascii: "\\"),
            UInt8(ascii: "@"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    /// What a line above says of a value whose own labels say nothing.
    func kind(of contexts: [DigestJudgement.Context], in line: UnsafeRawBufferPointer)
        -> DigestJudgement.Context?
    {
        guard let kind, !contexts.isEmpty, contexts.allSatisfy(\.label.isGeneric), !Self.beginsItem(line)
        else { return nil }
        return .init(label: kind)
    }

    /// Whether the line is the first one of a list's item.
    private static func beginsItem(_ line: UnsafeRawBufferPointer) -> Bool {
        line.first { $0 > 0x20 } == UInt8(ascii: "-")
    }

    /// The labels that the lines before give to a digest, the nearest first.
    ///
    /// - Parameter isAlone: whether the line is the digest and nothing else.
    func contexts(of line: UnsafeRawBufferPointer, isAlone: Bool) -> [DigestJudgement.Context] {
        var contexts: [DigestJudgement.Context] = []
        // A line that names its file is not what the heading of a list of secrets is about.
        if let section, isAlone || section.isForAll && !(section.label.isOfSecrets && NameOfFile.ends(line)) {
            contexts.append(
                .init(label: section.label, isWhole: section.label.isNothingElse, mayBeCut: isAlone))
        }
        var labels: [DigestLabel] = []
        if !keys.isEmpty {
            let indentation = Self.indentation(of: line)
            // Within brackets the values may stand where the name does.
            let isValue = line.first == UInt8(ascii: "\"") || line.first == UInt8(ascii: "'") || isAlone
            labels += keys.filter {
                $0.indentation < indentation || $0.hasBracket && isValue && $0.indentation == indentation
            }.reversed().compactMap(\.label)
        }
        if let sibling, line.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") { labels.append(sibling) }
        labels += elements.reversed().compactMap(\.self)
        // Of a section's settings, not of a list below it.
        if let chapter, line.prefix(64).contains(UInt8(ascii: "=")) { labels.append(chapter) }
        return contexts + labels.map { .init(label: $0) }
    }
}

/// Text as a browser shows it: without tags, entities as characters.
enum VisibleMarkup {
    static func removed(from line: UnsafeRawBufferPointer) -> [UInt8] {
        guard line.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else {
            return Array(line)
        }
        var text: [UInt8] = []
        var isTag = false
        var index = 0
        while index < line.count {
            let byte = line[index]
            if byte == UInt8(ascii: "<") { isTag = true }
            if !isTag, byte == UInt8(ascii: "&"), let entity = HTMLMarkup.entity(in: line, at: index) {
                text.append(entity.byte)
                index = entity.end
                continue
            }
            if !isTag { text.append(byte) }
            if byte == UInt8(ascii: ">") { isTag = false }
            index += 1
        }
        return text
    }
}

/// Tables whose columns are parted by spaces, and whose headings say of all rows what their digests are.
enum KnownTable {
    /// `docker images --digests`, `docker ps --no-trunc`.
    static func label(headings line: UnsafeRawBufferPointer) -> DigestLabel? {
        if line.starts(with: "CONTAINER ID ".utf8) { return DigestLabel(Array("container id".utf8)) }
        guard line.starts(with: "REPOSITORY ".utf8) else { return nil }
        return String(decoding: line, as: UTF8.self).contains(" IMAGE ID ")
            ? DigestLabel(Array("image digest".utf8)) : nil
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes without tags and the spaces around them.
    var withMarkupRemoved: [UInt8] {
        let text = VisibleMarkup.removed(from: self)
        return text.withUnsafeBytes { Array(TableRow.trimmed($0, 0..<$0.count)) }
    }
}

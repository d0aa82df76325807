import Model

/// Reads the lines of a list, each as a whole, and keeps what a line says about the next ones.
struct LineReader {
    let limits: HashListLimits
    var comments: CommentReader
    private var formatList = FormatListBlock()
    private var certutil = CertutilOutput()
    private(set) var context = LineContext()
    /// The digests of the line, in their order.
    var digests: [FileHash] = []
    var ranges: [Range<Int>] = []
    /// Words of a line with digests that are certainly broken ones, and why.
    private var broken: [(range: Range<Int>, nearMiss: NearMiss)] = []
    /// A line that a soft line break ends within a hash, and its number.
    private var cut: (line: [UInt8], number: Int)?
    /// The last line with a secret, and the character that it begins with: a dump of credentials goes on
    /// below it.
    private var secret: (number: Int, mark: UInt8) = (-1, 0)
    /// Digests that the list calls secrets: where they stand without a label, they are the same.
    private var secrets: Set<FileHash> = []
    /// Digests that were seen, whatever became of them.
    private(set) var digestsSeen = 0
    /// The lines that set options, and the first one that stands too low to count; empty where none may.
    private(set) var optionLines: [ListOptionLine] = []
    private let takesOptions: Bool

    private static let secretsMax = 1_000

    /// Whether the list is a mail with a part that is encoded in base 64.
    var hasBase64Part: Bool { context.hasBase64Part }

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits, takesOptions: Bool = false) {
        self.limits = limits
        self.takesOptions = takesOptions
        comments = CommentReader(charactersMax: limits.commentCharactersMax)
    }

    /// Reads one line without its line break; `number` counts from 1.
    mutating func read(_ line: UnsafeRawBufferPointer, number: Int, emit: Emit) throws {
        if context.isQuotedPrintable, let decoded = QuotedPrintable.decoded(line) {
            return try decoded.withUnsafeBytes { try readDecoded($0, number: number, emit: emit) }
        }
        try readDecoded(line, number: number, emit: emit)
    }

    private mutating func readDecoded(_ line: UnsafeRawBufferPointer, number: Int, emit: Emit) throws {
        if let cut {
            self.cut = nil
            return try join(cut, line, number: number, emit: emit)
        }
        if takesOptions, let options = ListOptionLine(line, number: number) {
            // Of those that stand too low the first one is enough; they are comments as any other.
            if optionLines.last?.counts ?? true { optionLines.append(options) }
            // It says nothing of the lines below, whatever stands in it.
            if options.counts { return }
        }
        if SoftLineBreak.isCutHash(line) {
            cut = (Array(line), number)
            return
        }
        if let clean = InvisibleCharacters.removed(from: line) {
            return try clean.withUnsafeBytes { try readClean($0, number: number, emit: emit) }
        }
        try readClean(line, number: number, emit: emit)
    }

    /// Takes what a long line, which was read elsewhere, says of the next lines.
    mutating func pass(_ line: LongLine) { context.passLongLine(line) }

    /// Emits what waited for the next line.
    mutating func finish(emit: Emit) throws {
        if let cut {
            self.cut = nil
            try cut.line.withUnsafeBytes { try readClean($0, number: cut.number, isCut: true, emit: emit) }
        }
        if let item = formatList.end(charactersMax: limits.commentCharactersMax) { try emit(item) }
    }

    /// Reads a line that a soft line break ends together with the next one, if they make a hash.
    private mutating func join(
        _ cut: (line: [UInt8], number: Int), _ line: UnsafeRawBufferPointer, number: Int, emit: Emit
    ) throws {
        if let joined = SoftLineBreak.joined(cut.line, line) {
            return try joined.withUnsafeBytes { try readDecoded($0, number: cut.number, emit: emit) }
        }
        try cut.line.withUnsafeBytes { try readClean($0, number: cut.number, isCut: true, emit: emit) }
        try readDecoded(line, number: number, emit: emit)
    }

    private mutating func readClean(
        _ line: UnsafeRawBufferPointer, number: Int, isCut: Bool = false, emit: Emit
    ) throws {
        if let item = formatList.take(line, charactersMax: limits.commentCharactersMax) { try emit(item) }
        let rows = context.rowsOfSQL(in: line)
        if rows.count > 1 {
            for row in rows {
                try readClean(UnsafeRawBufferPointer(rebasing: line[row]), number: number, emit: emit)
            }
            return context.endRows(of: line)
        }
        let nearMiss = findDigests(in: line)
        digestsSeen += digests.count
        let header = certutil.take(line)
        if digests.isEmpty {
            return try readOther(line, number: number, nearMiss: nearMiss, header: header, emit: emit)
        }
        context.look()
        // As munin does: a line that begins with `#` is its author's, even if a hash stands in it.
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "#") {
            return try emit(listed(line, number: number, PassedOver(.commentedOut), count: digests.count))
        }
        let row = TableLine(line, context, digest: ranges[0])
        var judgements = judge(line, row, isCut: isCut)
        if ranges[0].count < line.count { context.passDigests(line) }
        if isMoreOfSecret(line, number: number) {
            judgements = judgements.map { _ in .passedOver(PassedOver(.secret, label: "credentials")) }
        }
        noteSecrets(&judgements)
        if judgements.contains(where: { $0.passedOver?.kind == .secret }) {
            secret = (number, line.first { $0 != 0x20 && $0 != 0x09 } ?? 0)
        }
        try emitPassedOver(line, number: number, judgements, emit: emit)
        for (range, nearMiss) in broken {
            if let item = brokenItem(range, nearMiss, in: line, row, number: number) { try emit(item) }
        }
        if let row, row.headings.holdsSpreadsheetNumber(line) {
            try emit(listed(line, number: number, PassedOver(.spreadsheetNumber), count: 0))
        }
        let files = judgements.indices.filter { judgements[$0].isFile }
        guard !files.isEmpty else { return }
        let comment =
            comment(of: line, row, isLabelled: judgements.contains { $0.isLabelled }) ?? fileName(header)
            ?? context.fileName.flatMap {
                VisibleText.string($0, charactersMax: limits.commentCharactersMax)
            }
        if row != nil, let entries = rowEntries(files, judgements, number: number, comment: comment) {
            for entry in entries { try emit(.entry(entry)) }
            return
        }
        let entry = HashListEntry(
            line: number, hashes: files.map { digests[$0] }, comment: comment,
            namesOneFile: areNamesOfOneFile(files, judgements, in: line))
        if comment == nil, FormatListBlock.isHashLine(line) {
            formatList.hold(entry)
        } else {
            try emit(.entry(entry))
        }
    }

    private mutating func noteSecrets(_ judgements: inout [DigestJudgement]) {
        for (index, judgement) in judgements.enumerated() {
            if judgement.passedOver?.kind == .secret {
                if secrets.count < Self.secretsMax { secrets.insert(digests[index]) }
            } else if !secrets.isEmpty, judgement.isFile, !judgement.isLabelled,
                secrets.contains(digests[index])
            {
                judgements[index] = .passedOver(PassedOver(.secret, label: "called a secret above"))
            }
        }
    }

    /// Whether the line is one of a block of credentials: `* NTLM : …`, `* SHA1 : …`.
    private func isMoreOfSecret(_ line: UnsafeRawBufferPointer, number: Int) -> Bool {
        secret.number == number - 1 && secret.mark == UInt8(ascii: "*")
            && line.first { $0 != 0x20 && $0 != 0x09 } == secret.mark
    }

    /// A line without a digest: the bytes of one in pairs, something like one, or what the next lines are
    /// about.
    private mutating func readOther(
        _ line: UnsafeRawBufferPointer, number: Int, nearMiss: NearMiss?, header: CertutilOutput.Header?,
        emit: Emit
    ) throws {
        if let header, let digits = CertutilOutput.pairedDigits(in: line) {
            let item = pairedItem(digits, header: header, line: line, number: number)
            if case .entry = item { digestsSeen += 1 }
            return try emit(item)
        }
        context.pass(line)
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "#") { return }
        if let nearMiss {
            return try emit(malformed(line, number: number, reason: nearMiss.reason))
        }
        if CertutilOutput.isDigestInPairs(line) {
            return try emit(malformed(line, number: number, reason: NearMiss.parted.reason))
        }
        if GroupedDigits.isLabelledDigest(line) {
            return try emit(malformed(line, number: number, reason: NearMiss.grouped.reason))
        }
        if context.headings?.holdsSpreadsheetNumber(line) == true {
            try emit(listed(line, number: number, PassedOver(.spreadsheetNumber), count: 0))
        }
    }

    // MARK: Digests

    /// Fills `digests` and `ranges`; returns the first near miss if there is no digest.
    private mutating func findDigests(in line: UnsafeRawBufferPointer) -> NearMiss? {
        digests.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        broken.removeAll(keepingCapacity: true)
        var nearMiss: NearMiss?
        var index = 0
        while let (token, range) = Tokenizer.nextWord(in: line, from: index) {
            index = range.upperBound
            if let hash = token.hash {
                digests.append(hash)
                ranges.append(range)
            } else if let escaped = token.behindEscape(in: line, range) {
                digests.append(escaped.hash)
                ranges.append(escaped.range)
            } else if let found = NearMiss(token) {
                nearMiss = nearMiss ?? found
                if NearMiss.isBroken(token) { broken.append((range, found)) }
            }
        }
        if digests.count > 1, let own = ChecksumLine.ownHash(in: line, hashes: ranges) {
            digests = [digests[own]]
            ranges = [ranges[own]]
            broken = []
        }
        return digests.isEmpty ? nearMiss : nil
    }

    private mutating func judge(
        _ line: UnsafeRawBufferPointer, _ row: TableLine?, isCut: Bool
    ) -> [DigestJudgement] {
        // A hash and nothing else is the commonest line; only what stands above may say something of it.
        let isAlone = digests.count == 1 && isNothingBeside(ranges[0], line)
        if digests.count == 1, ranges[0].count == line.count {
            return [.judge(digests[0], context.contexts(of: line, isAlone: true))]
        }
        if PasswordDump.matches(line, digests: ranges) {
            return digests.map { _ in .passedOver(PassedOver(.secret, label: "a password's hash")) }
        }
        let above = context.contexts(of: line, isAlone: isAlone)
        let isMarkup = context.html.isOpen || line.first { $0 > 0x20 } == UInt8(ascii: "<")
        defer { if isMarkup { context.readMarkup(line[ranges[ranges.count - 1].upperBound...]) } }
        var judgements: [DigestJudgement] = []
        for index in digests.indices {
            let judgement = judge(index, line, row, above: above, isMarkup: isMarkup, isCut: isCut)
            // Beside an imphash a digest of another kind may be the file's; beside a secret it is none.
            let isContinued =
                judgements.last?.passedOver.map { passedOver in
                    passedOver.kind == .secret || digests[index].kind == digests[index - 1].kind
                } == true && isContinuation(index, line, row)
            judgements.append(isContinued ? judgements[index - 1] : judgement)
        }
        return judgements
    }

    /// Whether nothing but a separator or a little word stands between a digest and the one before it, so
    /// that what was said of that one holds: `password: <digest> | <digest>`.
    private func isContinuation(_ index: Int, _ line: UnsafeRawBufferPointer, _ row: TableLine?) -> Bool {
        guard index > 0, row == nil else { return false }
        let gap = line[ranges[index - 1].upperBound..<ranges[index].lowerBound]
        guard gap.count <= 8 else { return false }
        let letters = gap.filter { CharacterClass.ofASCII($0 & 0x7F) != 0 || $0 >= 0x80 }
        let word = String(decoding: letters, as: UTF8.self).lowercased()
        return !gap.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
            && ["", "or", "and", "und", "oder", "et", "ou", "y", "o", "new", "neu", "old", "then"].contains(
                word)
    }

    private mutating func judge(
        _ index: Int, _ line: UnsafeRawBufferPointer, _ row: TableLine?, above: [DigestJudgement.Context],
        isMarkup: Bool, isCut: Bool
    ) -> DigestJudgement {
        if isMarkup {
            let start = index > 0 ? ranges[index - 1].upperBound : 0
            context.readMarkup(line[start..<ranges[index].lowerBound])
        }
        if isCut && ranges[index].upperBound == line.count - 1 || isShortened(index, line) {
            return .passedOver(PassedOver(.cut))
        }
        var lower = index > 0 ? ranges[index - 1].upperBound : 0
        let upper = index + 1 < ranges.count ? ranges[index + 1].lowerBound : line.count
        var contexts =
            row.map { $0.headings.contexts(of: ranges[index], in: line, cells: $0.cells) } ?? []
        // Below a heading that says what its column holds, the cells before say nothing of this one.
        if let row, contexts.contains(where: { !$0.label.isGeneric }) {
            lower = row.cells.last { $0.contains(ranges[index].lowerBound) }?.lowerBound ?? lower
        }
        contexts = InlineLabel.before(ranges[index], in: line, from: lower) + contexts
        if let known = KnownLine.label(of: ranges[index], in: line) {
            contexts.insert(.init(label: known), at: 0)
        }
        if let secret = secretOfLine(ranges[index], contexts, in: line) { return secret }
        if isMarkup { contexts += context.html.labels.map { .init(label: $0) } }
        if let kind = context.kind(of: contexts, in: line) { contexts.insert(kind, at: 0) }
        if let behind = InlineLabel.behind(ranges[index], in: line, to: upper), contexts.isEmpty {
            contexts.append(behind)
        }
        return .judge(digests[index], contexts + above)
    }

    /// What the whole line says of a digest whose own labels say nothing: an argument of a cracker, a hash
    /// beside its salt, the value of a variable.
    private func secretOfLine(
        _ digest: Range<Int>, _ contexts: [DigestJudgement.Context], in line: UnsafeRawBufferPointer
    ) -> DigestJudgement? {
        if PasswordDump.isRequestField(line, digest) {
            return .passedOver(PassedOver(.secret, label: "a request's credentials"))
        }
        if CommandLine.holdsSecret(digest, in: line) {
            return .passedOver(PassedOver(.secret, label: "a command's secret"))
        }
        guard contexts.allSatisfy({ $0.label.isGeneric || $0.label == .nothing }) else { return nil }
        if Assignment.label(of: line, before: digest.lowerBound)?.isOfSecrets == true {
            return .passedOver(PassedOver(.secret, label: "a variable's value"))
        }
        return Salt.isIn(line) ? .passedOver(PassedOver(.secret, label: "a salted password's hash")) : nil
    }

    /// Whether dots beside a digest say that digits are left out.
    private func isShortened(_ index: Int, _ line: UnsafeRawBufferPointer) -> Bool {
        // There is no longer one of which it might be a part.
        guard digests[index].kind != .sha256 else { return false }
        let digest = ranges[index]
        func isEllipsis(_ mark: Slice<UnsafeRawBufferPointer>) -> Bool {
            mark.count == 3 && (mark.elementsEqual("...".utf8) || mark.elementsEqual("…".utf8))
        }
        return isEllipsis(line[digest.upperBound...].prefix(3))
            || isEllipsis(line[..<digest.lowerBound].suffix(3))
    }

    private func isNothingBeside(_ range: Range<Int>, _ line: UnsafeRawBufferPointer) -> Bool {
        let front = UnsafeRawBufferPointer(rebasing: line[..<range.lowerBound])
        let back = UnsafeRawBufferPointer(rebasing: line[range.upperBound...])
        return isBlank(front) && isBlank(back)
    }

    private func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Most lines are told apart by their first letter, without a copy.
        if let first = bytes.first(where: { $0 > 0x20 }), first < 0x80, CharacterClass.ofASCII(first) != 0 {
            return false
        }
        return bytes.isEmpty || VisibleMarkup.removed(from: bytes).withUnsafeBytes(CommentPiece.tidied) == nil
    }

    /// The entries of a row whose headings name the algorithms; nil if they do not.
    private func rowEntries(
        _ files: [Int], _ judgements: [DigestJudgement], number: Int, comment: String?
    ) -> [HashListEntry]? {
        guard files.count > 1, files.contains(where: { judgements[$0].isLabelled }) else { return nil }
        let found = files.map { index in
            FileDigest(
                hash: digests[index], line: number, isLabelled: judgements[index].isLabelled,
                subject: judgements[index].subject)
        }
        return FileDigest.grouped(found).map { FileDigest.entry($0, comment: comment) }
    }

    /// Whether the line's file hashes are names of one file: one of each kind, with nothing between them but
    /// what parts cells, algorithms' names and digests that are no file's.
    private func areNamesOfOneFile(
        _ files: [Int], _ judgements: [DigestJudgement], in line: UnsafeRawBufferPointer
    ) -> Bool {
        let distinct = Set(files.map { digests[$0] })
        guard distinct.count > 1, Set(distinct.map(\.kind)).count == distinct.count else { return false }
        var seen: Set<FileHash> = []
        let own = files.filter { seen.insert(digests[$0]).inserted }
        return zip(own, own.dropFirst()).allSatisfy { first, second in
            (first..<second).allSatisfy { index in
                let gap = ranges[index].upperBound..<ranges[index + 1].lowerBound
                return isGapOfOneFile(UnsafeRawBufferPointer(rebasing: line[gap]))
            }
        }
    }

    private func isGapOfOneFile(_ gap: UnsafeRawBufferPointer) -> Bool {
        if gap.contains(UInt8(ascii: ">")) { return false }
        guard let words = CommentPiece.tidied(gap) else { return true }
        return DigestLabel(words)?.isNothingElse ?? false
    }
}

extension DigestJudgement {
    var isFile: Bool { if case .file = self { true } else { false } }
    var isLabelled: Bool { if case .file(let isLabelled, _) = self { isLabelled } else { false } }
    var subject: [String] { if case .file(_, let subject) = self { subject } else { [] } }
    var passedOver: PassedOver? { if case .passedOver(let passedOver) = self { passedOver } else { nil } }
}

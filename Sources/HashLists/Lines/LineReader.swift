import Model

/// Reads the lines of a list, each as a whole, and keeps what a line says about the next one.
struct LineReader {
    private let limits: HashListLimits
    private var comments: CommentReader
    private var formatList = FormatListBlock()
    private var certutil = CertutilOutput()
    private var hashes: [FileHash] = []
    private var ranges: [Range<Int>] = []

    typealias Emit = (HashListItem) throws -> Void

    init(limits: HashListLimits) {
        self.limits = limits
        comments = CommentReader(charactersMax: limits.commentCharactersMax)
    }

    /// Reads one line without its line break; `number` counts from 1.
    mutating func read(_ line: UnsafeRawBufferPointer, number: Int, emit: Emit) throws {
        if let item = formatList.take(line, charactersMax: limits.commentCharactersMax) { try emit(item) }
        // As munin does: a line that begins with `#` is its author's, even if a hash stands in it.
        guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }), first != UInt8(ascii: "#") else {
            return
        }
        let suspicion = findHashes(in: line)
        let header = certutil.take(line)
        if let header, hashes.isEmpty, let digits = CertutilOutput.pairedDigits(in: line) {
            return try emit(pairedItem(digits, header: header, line: line, number: number))
        }
        if hashes.isEmpty {
            comments.columns = MISPColumns.columns(header: line) ?? comments.columns
            let suspicion = suspicion ?? (CertutilOutput.isDigestInPairs(line) ? .parted : nil)
            guard let suspicion else { return }
            return try emit(unusable(line, number: number, reason: suspicion.reason))
        }
        let comment = comments.comment(of: line, hashes: ranges) ?? fileName(header)
        if hashes.count == 1, let comment, case .otherThing = DigestKind(name: comment.utf8) {
            let reason =
                "\(comment): a digest of something else than the whole file, which VirusTotal cannot look up"
            return try emit(unusable(line, number: number, reason: reason))
        }
        let entry = HashListEntry(
            line: number, hashes: hashes, comment: comment, namesOneFile: areNamesOfOneFile(in: line))
        if comment == nil, FormatListBlock.isHashLine(line) {
            formatList.hold(entry)
        } else {
            try emit(.entry(entry))
        }
    }

    /// Emits what waited for the next line.
    mutating func finish(emit: Emit) rethrows {
        if let item = formatList.end(charactersMax: limits.commentCharactersMax) { try emit(item) }
    }

    /// Fills `hashes` and `ranges`; returns the first suspicious word if there is no hash.
    private mutating func findHashes(in line: UnsafeRawBufferPointer) -> NearMiss? {
        hashes.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        var suspicion: NearMiss?
        var index = 0
        while let (word, range) = Tokenizer.nextWord(in: line, from: index) {
            index = range.upperBound
            if let hash = word.hash {
                hashes.append(hash)
                ranges.append(range)
            } else if suspicion == nil, hashes.isEmpty {
                suspicion = NearMiss(word)
            }
        }
        if hashes.count > 1, let own = ChecksumLine.ownHash(in: line, hashes: ranges) {
            hashes = [hashes[own]]
            ranges = [ranges[own]]
        }
        return hashes.isEmpty ? suspicion : nil
    }

    /// Whether the line's hashes stand in neighbouring cells, one of each kind: nothing between them but what parts
    /// cells and the algorithms' names. Words between them, or an arrow, may say anything.
    private func areNamesOfOneFile(in line: UnsafeRawBufferPointer) -> Bool {
        guard hashes.count > 1, Set(hashes.map(\.kind)).count == hashes.count else { return false }
        return zip(ranges, ranges.dropFirst()).allSatisfy { hash, next in
            let gap = UnsafeRawBufferPointer(rebasing: line[hash.upperBound..<next.lowerBound])
            return CommentPiece.tidied(gap) == nil && !gap.contains(UInt8(ascii: ">"))
        }
    }

    private func pairedItem(
        _ digits: [UInt8], header: CertutilOutput.Header, line: UnsafeRawBufferPointer, number: Int
    ) -> HashListItem {
        guard let hash = FileHash(hexadecimal: digits) else {
            return unusable(line, number: number, reason: NearMiss(digitCount: digits.count).reason)
        }
        return .entry(HashListEntry(line: number, hashes: [hash], comment: fileName(header)))
    }

    private func fileName(_ header: CertutilOutput.Header?) -> String? {
        header?.fileName.flatMap {
            VisibleText.string($0, charactersMax: limits.commentCharactersMax)
        }
    }

    private func unusable(_ line: UnsafeRawBufferPointer, number: Int, reason: String) -> HashListItem {
        let text = VisibleText.string(line, charactersMax: limits.lineExcerptCharactersMax)
        return .unusable(UnusableLine(line: number, text: text ?? "", reason: reason))
    }
}

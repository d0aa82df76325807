import Model

// What is emitted of a line: listed digests, broken ones, and the comment.
extension LineReader {
    func emitPassedOver(
        _ line: UnsafeRawBufferPointer, number: Int, _ judgements: [DigestJudgement], emit: Emit
    ) throws {
        let passedOver = judgements.compactMap(\.passedOver)
        if passedOver.count == judgements.count, Set(passedOver).count == 1, let first = passedOver.first {
            return try emit(listed(line, number: number, first, count: judgements.count))
        }
        for (index, judgement) in judgements.enumerated() {
            guard let passedOver = judgement.passedOver else { continue }
            let digest = UnsafeRawBufferPointer(rebasing: line[ranges[index]])
            try emit(listed(digest, number: number, passedOver, count: 1))
        }
    }

    func listed(
        _ text: UnsafeRawBufferPointer, number: Int, _ passedOver: PassedOver, count: Int
    ) -> HashListItem {
        let shown =
            passedOver.kind == .secret
            ? SecretMask.masked(text).withUnsafeBytes { excerpt($0) } : excerpt(text)
        return .unusable(
            UnusableLine(
                line: number, text: shown, reason: passedOver.reason, kind: passedOver.kind, digests: count))
    }

    func malformed(_ line: UnsafeRawBufferPointer, number: Int, reason: String) -> HashListItem {
        if let label = SecretMask.label(in: line) {
            return listed(line, number: number, PassedOver(.secret, label: label), count: 0)
        }
        return .unusable(UnusableLine(line: number, text: excerpt(line), reason: reason))
    }

    /// A broken digest beside good ones; nil if it is labelled as none of VirusTotal's.
    func brokenItem(
        _ range: Range<Int>, _ nearMiss: NearMiss, in line: UnsafeRawBufferPointer, _ row: TableLine?,
        number: Int
    ) -> HashListItem? {
        let word = UnsafeRawBufferPointer(rebasing: line[range])
        let above = row.map { $0.headings.contexts(of: range, in: line, cells: $0.cells) } ?? []
        let labels = (InlineLabel.before(range, in: line, from: 0) + above).map(\.label)
        if let secret = labels.first(where: \.isOfSecrets) {
            return listed(word, number: number, PassedOver(.secret, label: secret.text), count: 0)
        }
        if labels.contains(where: { $0.isDecisive || $0.namesIdentifier }) { return nil }
        return .unusable(UnusableLine(line: number, text: excerpt(word), reason: nearMiss.reason))
    }

    func excerpt(_ text: UnsafeRawBufferPointer) -> String {
        VisibleText.string(text, charactersMax: limits.lineExcerptCharactersMax) ?? ""
    }

    func pairedItem(
        _ digits: [UInt8], header: CertutilOutput.Header, line: UnsafeRawBufferPointer, number: Int
    ) -> HashListItem {
        guard let hash = FileHash(hexadecimal: digits) else {
            return malformed(line, number: number, reason: NearMiss(digitCount: digits.count).reason)
        }
        return .entry(HashListEntry(line: number, hashes: [hash], comment: fileName(header)))
    }

    /// What the line says besides its digests; nil if that is only their labels.
    mutating func comment(
        of line: UnsafeRawBufferPointer, _ row: TableLine?, isLabelled: Bool
    ) -> String? {
        if let row, row.headings.makesComment {
            return row.headings.comment(
                of: line, cells: row.cells, digests: ranges, charactersMax: limits.commentCharactersMax)
        }
        guard let comment = comments.comment(of: line, hashes: ranges) else { return nil }
        return isLabelled && DigestLabel(Array(comment.utf8))?.isOfDigestsOnly == true ? nil : comment
    }

    func fileName(_ header: CertutilOutput.Header?) -> String? {
        header?.fileName.flatMap {
            VisibleText.string($0, charactersMax: limits.commentCharactersMax)
        }
    }
}

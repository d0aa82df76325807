import Model

// What becomes of the digests of a closed object or array.
extension JSONReader {
    /// The open object whose file a closed one describes as well, if it is not for itself.
    func ownerIndex(of frame: JSONFrame) -> Int? {
        let last = frames.count - 1
        guard frame.isObject, last >= 0 else { return nil }
        if frame.key.role == .hashes {
            if frames[last].isObject { return last }
            // `"hashes": [{"alg": "MD5", "content": "…"}, …]`: each object is one digest of the object above.
            let isPair = frame.kind != nil && last >= 1 && frames[last - 1].isObject
            return isPair ? last - 1 : nil
        }
        let isInObject =
            frame.key.role == .attribute && last >= 1 && !frames[last].isObject
            && frames[last - 1].isObject && frames[last - 1].key.role == .object
        return isInObject ? last - 1 : nil
    }

    /// Judges the frame's digests; emits those that are passed over, and returns the file's.
    func judge(_ frame: JSONFrame, emit: Emit) throws -> [FileDigest] {
        guard !frame.found.isEmpty else { return [] }
        let outer: [DigestJudgement.Context] = frames.reversed().compactMap(\.key.label).map {
            .init(label: $0)
        }
        var files: [FileDigest] = []
        var others: [(found: JSONFrame.Found, passedOver: PassedOver)] = []
        for found in frame.labelled {
            switch DigestJudgement.judge(found.hash, found.contexts + outer) {
            case .file(let isLabelled, let subject):
                files.append(
                    .init(
                        hash: found.hash, line: found.line, isLabelled: isLabelled && found.isWhole,
                        subject: subject))
            case .passedOver(let passedOver): others.append((found, passedOver))
            }
        }
        for (found, passedOver) in others {
            // The file's own digest as its `id` is the same once more.
            if passedOver.kind == .identifier, let same = files.first(where: { $0.hash == found.hash }) {
                files.append(same)
            } else {
                try emit(listed(found, passedOver))
            }
        }
        return files
    }

    func emitEntries(of frame: JSONFrame, _ files: [FileDigest], emit: Emit) throws {
        guard !files.isEmpty else { return }
        let comment = frame.described(limits.commentCharactersMax)
        for group in FileDigest.grouped(files) { try emit(.entry(FileDigest.entry(group, comment: comment))) }
    }

    private func listed(_ found: JSONFrame.Found, _ passedOver: PassedOver) -> HashListItem {
        let text = found.hash.hexadecimal
        let shown =
            passedOver.kind == .secret ? String(decoding: SecretMask.masked(text.utf8), as: UTF8.self) : text
        return .unusable(
            UnusableLine(
                line: found.line, text: shown, reason: passedOver.reason, kind: passedOver.kind, digests: 1))
    }
}

/// Finds the label of a digest within its line: the words before a colon or an equals sign, an element's or
/// an attribute's name, the words just before or just behind it.
enum InlineLabel {
    /// The labels before the digest at `digest`, the nearest first; none from before `lowerBound`, where the
    /// digest before it ends.
    static func before(
        _ digest: Range<Int>, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> [DigestJudgement.Context] {
        var end = digest.lowerBound
        if end > lowerBound, line[end - 1] == UInt8(ascii: "@") { return [commit].compactMap(\.self) }
        if end > lowerBound, line[end - 1] == UInt8(ascii: "#"), isFragmentOfRepository(end - 1, in: line) {
            return [commit].compactMap(\.self)
        }
        if digest.upperBound < line.count, line[digest.upperBound] == UInt8(ascii: "@"), end > lowerBound,
            line[end - 1] == UInt8(ascii: ":")
        {
            return [credential].compactMap(\.self)
        }
        var isWhole = true
        if end > lowerBound, line[end - 1] == UInt8(ascii: "/") || line[end - 1] == UInt8(ascii: "\\") {
            if let element = pathElement(before: end - 1, in: line, from: lowerBound) { return [element] }
            // An address as a whole may have a label: `containerID: containerd://<digest>`.
            isWhole = false
            while end > lowerBound, !isEndOfWord(line[end - 1]) { end -= 1 }
        }
        var isExplicit = false
        var hasSpace = false
        skip: while end > lowerBound {
            switch line[end - 1] {
            case 0x20, 0x09: hasSpace = true
            case UInt8(ascii: ":"), UInt8(ascii: "="): isExplicit = true
            case UInt8(ascii: "!") where isExplicit: break
            case UInt8(ascii: ">"):
                // `=>` is an equals sign; a tag's end is the element's.
                if end - 1 > lowerBound, line[end - 2] == UInt8(ascii: "=") { break }
                return elements(endingAt: end, in: line, from: lowerBound)
            case UInt8(ascii: "]"):
                guard let tag = BBCode.tag(endingAt: end, in: line, from: lowerBound) else { break skip }
                end = tag
                continue skip
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "*"),
                UInt8(ascii: "["),
                UInt8(ascii: "("), UInt8(ascii: "\\"), UInt8(ascii: "<"):
                break
            default: break skip
            }
            end -= 1
        }
        if !isExplicit, hasSpace, let verb = equalsWord(endingAt: end, in: line, from: lowerBound) {
            (isExplicit, end) = (true, verb)
        }
        guard end > lowerBound, end < digest.lowerBound || isCellEnd(line[end - 1]) else { return [] }
        let label =
            isExplicit
            ? explicit(endingAt: end, in: line, from: lowerBound)
            : isCellEnd(line[end - 1])
                ? cell(endingAt: end - 1, in: line, from: lowerBound)
                : hasSpace ? adjacent(digest, endingAt: end, in: line, from: lowerBound) : nil
        guard var label else { return [] }
        label.isWhole = isWhole
        return [label] + (isExplicit ? attributes(before: end, in: line, from: lowerBound) : [])
    }

    /// The label behind the digest: `<digest> (imphash)`, `<digest>;imphash`. Only what is a label and
    /// nothing else, and says that the digest is no file's.
    static func behind(
        _ digest: Range<Int>, in line: UnsafeRawBufferPointer, to upperBound: Int
    ) -> DigestJudgement.Context? {
        var start = digest.upperBound
        while start < upperBound, isMargin(line[start]) { start += 1 }
        var end = start
        while end < upperBound, !isStop(line[end]), end - start <= DigestLabel.bytesMax { end += 1 }
        // `<digest> token=…` labels what comes next.
        let isOfNext = end < line.count && (line[end] == UInt8(ascii: "=") || line[end] == UInt8(ascii: ":"))
        guard end > start, !isOfNext, let label = DigestLabel(line[start..<end]), label.isNothingElse,
            label.isDecisive,
            !label.namesFile
        else { return nil }
        return .init(label: label)
    }

    // MARK: Kinds of labels

    /// `<add key="ApiKey" value="…">`: what the other attributes of the digest's own tag say.
    private static func attributes(
        before end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> [DigestJudgement.Context] {
        guard let open = line[lowerBound..<end].lastIndex(of: UInt8(ascii: "<")),
            !line[open..<end].contains(UInt8(ascii: ">"))
        else { return [] }
        return ElementLabel.labels(ofTag: line[(open + 1)..<end]).map { .init(label: $0) }
    }

    /// `label: digest`, `label = digest`, `LABEL (name) = digest`.
    private static func explicit(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        // `hash.md5(pe.rich_signature) == …` is a function's value, and what it is of stands in its brackets.
        let sign = line[end...].prefix(4).filter { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "!") }
        let isComparison = sign.count > 1 && sign.contains(UInt8(ascii: "="))
        if line[end - 1] == UInt8(ascii: ")"), !isComparison,
            let tagged = tagged(endingAt: end, in: line, from: lowerBound)
        {
            return tagged
        }
        if line[end - 1] == UInt8(ascii: ")"), isComparison,
            let open = line[lowerBound..<end].lastIndex(of: UInt8(ascii: "(")),
            let label = DigestLabel(line[(open + 1)..<(end - 1)])
        {
            return .init(label: label)
        }
        if line[lowerBound..<end].suffix(7).elementsEqual("@sha256".utf8) { return image }
        var (start, end) = (end, end)
        if line[end - 1] == UInt8(ascii: ")") || line[end - 1] == UInt8(ascii: "]") { end -= 1 }
        start = end
        while start > lowerBound, end - start < DigestLabel.bytesMax {
            let byte = line[start - 1]
            // `Hash (MD5): …` and `hash[md5]=…` are labels as a whole.
            let isInner = byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[")
            if isStop(byte), !isInner { break }
            if isEndOfSentence(at: start - 1, in: line) { break }
            start -= 1
        }
        if NameOfFile.ends(line[start..<end]) { return nil }
        return DigestLabel(lastWords(line[start..<end])).map {
            .init(label: $0, mayBeCut: $0.isOfDigestsOnly && !$0.isDecisive)
        }
    }

    /// `SHA3-256 (setup.bin) = …`: the algorithm stands before the name, which may say anything.
    private static func tagged(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        guard let open = line[lowerBound..<end].firstIndex(of: UInt8(ascii: "(")),
            let label = DigestLabel(line[lowerBound..<open]), label.isNothingElse,
            label.algorithm != nil || label.namesOtherAlgorithm
        else { return nil }
        return .init(label: label)
    }

    /// The one or two words just before the digest, which are a label only if they are words for nothing
    /// else.
    private static func adjacent(
        _ digest: Range<Int>, endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        var start = end
        var words = 1
        while start > lowerBound, end - start < 48 {
            let byte = line[start - 1]
            if isStop(byte) || byte == UInt8(ascii: "/") { break }
            if byte == 0x20 {
                if words == 2 || isEndOfSentence(at: start - 2, in: line) { break }
                words += 1
            }
            start -= 1
        }
        if start == end { return bracketed(endingAt: end, in: line, from: lowerBound) }
        guard !NameOfFile.ends(line[start..<end]), let label = DigestLabel(line[start..<end]) else {
            return nil
        }
        // A line that is a label and its digest, and nothing else: `key <digest>`.
        let isLine = line[..<start].allSatisfy { $0 <= 0x20 } && digest.upperBound == line.count
        return .init(label: label, isExplicit: isLine && label.isNothingElse)
    }

    /// `[NT] <digest>`, `hash(NTLM) <digest>`: brackets around a label and nothing else.
    private static func bracketed(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        let opening: UInt8
        switch line[end - 1] {
        case UInt8(ascii: ")"): opening = UInt8(ascii: "(")
        case UInt8(ascii: "]"): opening = UInt8(ascii: "[")
        default: return nil
        }
        guard let open = line[lowerBound..<(end - 1)].suffix(48).lastIndex(of: opening),
            let label = DigestLabel(line[(open + 1)..<(end - 1)]), label.isNothingElse
        else { return nil }
        return .init(label: label)
    }

    /// Where a word begins that says the same as an equals sign: `the password is <digest>`.
    private static func equalsWord(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Int? {
        let tail = String(decoding: line[lowerBound..<end].suffix(5), as: UTF8.self).lowercased()
        return equalsWords.first { tail.hasSuffix($0) }.map { end - $0.utf8.count }
    }

    private static let equalsWords = [" is", " ist", " est", " es", " jest", " was", " war"]

    /// `imphash,<digest>`: the cell before, if it is a label and nothing else.
    private static func cell(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        var start = end
        while start > lowerBound, !isCellEnd(line[start - 1]), end - start <= DigestLabel.bytesMax {
            start -= 1
        }
        guard let label = DigestLabel(line[start..<end]), label.isNothingElse, !label.namesFile else {
            return nil
        }
        return .init(label: label)
    }

    private static func isCellEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "|") || byte == 0x09
    }

    /// `<imphash>`, `<hash type="imphash">`, `<td>Imphash</td><td>`: the elements' names, and the text before
    /// them.
    private static func elements(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> [DigestJudgement.Context] {
        var contexts: [DigestJudgement.Context] = []
        var end = end
        while end > lowerBound, contexts.count < 4 {
            guard line[end - 1] == UInt8(ascii: ">") else {
                if line[end - 1] == 0x20 || line[end - 1] == 0x09 {
                    end -= 1
                    continue
                }
                var start = end
                while start > lowerBound, line[start - 1] != UInt8(ascii: ">"),
                    end - start < DigestLabel.bytesMax
                {
                    start -= 1
                }
                if let label = DigestLabel(line[start..<end]), label.isNothingElse || label.isDecisive {
                    contexts.append(.init(label: label))
                }
                break
            }
            guard let open = line[lowerBound..<end].lastIndex(of: UInt8(ascii: "<")) else { break }
            contexts += ElementLabel.labels(ofTag: line[(open + 1)..<(end - 1)]).map { .init(label: $0) }
            end = open
        }
        return contexts
    }

    /// `…/commit/<digest>`, `…/gui/url/<digest>`, `…\\Certificates\\<digest>`: what an address says of the
    /// digest in it.
    private static func pathElement(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        let separator = line[slash]
        let start = line[lowerBound..<slash].lastIndex(of: separator).map { $0 + 1 } ?? slash
        let element = String(decoding: line[start..<slash].prefix(16), as: UTF8.self).lowercased()
        if let known = pathElements[element] {
            return DigestLabel(Array(known.utf8)).map { .init(label: $0) }
        }
        if isOfRegistry(before: slash, in: line, from: lowerBound) { return registryKey }
        return isOfRepository(before: slash, in: line, from: lowerBound) ? commit : nil
    }

    private static let pathElements: [String: String] = [
        "commit": "commit", "commits": "commit", "tree": "commit", "blob": "commit", "blame": "commit",
        "raw": "commit", "url": "url hash", "domain": "domain hash", "user": "user id",
        "certificate": "certificate",
        "certificates": "certificate", "avatar": "gravatar", "my": "certificate", "root": "certificate",
    ]

    /// `HKEY_LOCAL_MACHINE\\…\\Products\\<digest>`: the registry names its keys by identifiers.
    private static func isOfRegistry(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Bool {
        guard line[slash] == UInt8(ascii: "\\") else { return false }
        var start = slash
        while start > lowerBound, !isEndOfWord(line[start - 1]), line[start - 1] != UInt8(ascii: "[") {
            start -= 1
        }
        let root = String(decoding: line[start..<slash].prefix(6), as: UTF8.self).uppercased()
        return ["HKEY_", "HKLM\\", "HKCU\\", "HKCR\\", "HKU\\", "HKLM:", "HKCU:"].contains {
            root.hasPrefix($0)
        }
    }

    private static let registryKey = DigestLabel(Array("registry id".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `https://raw.githubusercontent.com/owner/name/<digest>/…`: hosts that put a revision where another
    /// has a branch.
    ///
    /// Source: the addresses that GitHub's API gives as `download_url`, `tarball_url` and `archive_url`.
    private static func isOfRepository(
        before slash: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Bool {
        var start = slash
        while start > lowerBound, !isEndOfWord(line[start - 1]) { start -= 1 }
        let address = String(decoding: line[start..<slash].prefix(64), as: UTF8.self).lowercased()
        return ["//raw.githubusercontent.com/", "//codeload.github.com/", "//rawgit.com/"].contains {
            address.contains($0)
        }
    }

    /// `package@<digest>`: a revision.
    private static let commit = DigestLabel(Array("commit".utf8)).map { DigestJudgement.Context(label: $0) }

    /// `name@sha256:<digest>`: an image of a container.
    private static let image = DigestLabel(Array("image digest".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `https://user:<digest>@host`.
    private static let credential = DigestLabel(Array("password in an address".utf8)).map {
        DigestJudgement.Context(label: $0)
    }

    /// `git+https://…#<digest>`, `….git#<digest>`: a revision; of another file it may be the checksum.
    private static func isFragmentOfRepository(_ mark: Int, in line: UnsafeRawBufferPointer) -> Bool {
        var start = mark
        while start > 0, !isEndOfWord(line[start - 1]) { start -= 1 }
        let word = line[start..<mark]
        return word.starts(with: "git+".utf8) || word.starts(with: "git:".utf8)
            || word.suffix(4).elementsEqual(".git".utf8)
    }

    private static func isEndOfWord(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "<")
    }

    // MARK: Bounds

    /// The last four words: a label has no more, a sentence has.
    private static func lastWords(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var spaces = 0
        var start = bytes.endIndex
        while start > bytes.startIndex {
            if bytes[start - 1] == 0x20 {
                spaces += 1
                if spaces == 5 { break }
            }
            start -= 1
        }
        return bytes[start...]
    }

    private static func isEndOfSentence(at index: Int, in line: UnsafeRawBufferPointer) -> Bool {
        guard index >= 0, index + 1 < line.count, line[index + 1] == 0x20 else { return false }
        let byte = line[index]
        return byte == UInt8(ascii: ".") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
    }

    /// What parts a label from what stands before it.
    static func isStop(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x09, UInt8(ascii: "{"),
            UInt8(ascii: "}"),
            UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ":"),
            UInt8(ascii: "="), UInt8(ascii: "&"), UInt8(ascii: "?"), UInt8(ascii: "/"), UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    /// What may stand between a digest and the label behind it.
    private static func isMargin(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "-") || isStop(byte)
    }
}

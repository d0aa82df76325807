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
                || end > lowerBound + 1 && line[(end - 2)..<end].elementsEqual("//".utf8)
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
        if let label = tokenPrefix(digest, in: line) { return [.init(label: label)] }
        var isExplicit = false
        var hasSpace = false
        // The equals sign of quoted-printable, and a colon as wide as a Chinese character.
        if end - lowerBound >= 3,
            line[(end - 3)..<end].elementsEqual("=3D".utf8) || line[(end - 3)..<end].elementsEqual("：".utf8)
        {
            (end, isExplicit) = (end - 3, true)
        }
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
        // `$config['secret'] = …`
        while end > lowerBound, line[end - 1] == UInt8(ascii: "'") || line[end - 1] == UInt8(ascii: "\"") {
            end -= 1
        }
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
        // A parameter of an address: `?sig=`.
        if start > lowerBound, line[start - 1] == UInt8(ascii: "?") || line[start - 1] == UInt8(ascii: "&"),
            secretParameters.contains(
                String(decoding: line[start..<end].prefix(24), as: UTF8.self).lowercased())
        {
            return credential
        }
        if let label = DigestLabel(lastWords(line[start..<end])) {
            return .init(label: label, mayBeCut: label.isOfDigestsOnly && !label.isDecisive)
        }
        return phrase(endingAt: end, in: line, from: lowerBound)
    }

    private static let secretParameters: Set = [
        "sig", "signature", "x-amz-signature", "sas", "auth",
    ]

    /// `Mot de passe (md5) de l'administrateur : …`: a label that brackets interrupt, if it names a secret.
    private static func phrase(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        var start = end
        while start > lowerBound, end - start < DigestLabel.bytesMax {
            let byte = line[start - 1]
            let isInner = byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "'")
            if isStop(byte), !isInner { break }
            if isEndOfSentence(at: start - 1, in: line) { break }
            start -= 1
        }
        guard let label = DigestLabel(line[start..<end]), label.isOfSecrets, !label.namesFile else {
            return nil
        }
        return .init(label: label)
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
        if isOption(endingAt: end, in: line, from: lowerBound) {
            return option(endingAt: end, in: line, from: lowerBound)
        }
        if let label = prefix(digest, endingAt: end, in: line) { return label }
        if start == end { return bracketed(endingAt: end, in: line, from: lowerBound) }
        guard !NameOfFile.ends(line[start..<end]), let label = DigestLabel(line[start..<end]) else {
            return nil
        }
        // A line that is a label and its digest, and nothing else: `key <digest>`.
        let isLine = line[..<start].allSatisfy { $0 <= 0x20 } && digest.upperBound == line.count
        return .init(label: label, isExplicit: isLine && label.isNothingElse)
    }

    /// `-aesKey <digest>`: an option is as good as a colon.
    private static func option(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> DigestJudgement.Context? {
        let start = startOfWord(endingAt: end, in: line, from: lowerBound)
        if end - start == 2, let label = shortOptions[line[start + 1]] { return .init(label: label) }
        return DigestLabel(line[start..<end]).map { .init(label: $0) }
    }

    /// What the option of a letter is in programs that ask VirusTotal or encrypt.
    private static let shortOptions: [UInt8: DigestLabel] = {
        let names = [("k", "key"), ("K", "key"), ("p", "password"), ("P", "password")]
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { letter, name in
                DigestLabel(Array(name.utf8)).map { (Array(letter.utf8)[0], $0) }
            })
    }()

    private static func isOption(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Bool {
        let start = startOfWord(endingAt: end, in: line, from: lowerBound)
        return end - start >= 2 && line[start] == UInt8(ascii: "-")
    }

    private static func startOfWord(
        endingAt end: Int, in line: UnsafeRawBufferPointer, from lowerBound: Int
    ) -> Int {
        var start = end
        while start > lowerBound, line[start - 1] > 0x20 { start -= 1 }
        return start
    }

    /// `AES-256 file key <digest>`: a line that is a label of several words and its digest.
    private static func prefix(
        _ digest: Range<Int>, endingAt end: Int, in line: UnsafeRawBufferPointer
    ) -> DigestJudgement.Context? {
        guard end <= 48, !NameOfFile.ends(line), !NameOfFile.ends(line[..<end]),
            let label = DigestLabel(line[..<end]), label.isNothingElse,
            label.isOfSecrets, digest.upperBound == line.count || line[..<end].contains(0x20)
        else { return nil }
        return .init(label: label)
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
        var cell = line[start..<end]
        // `define('AUTH_SALT', '…'`: what is in the last quotes.
        if let last = cell.last, last == UInt8(ascii: "'") || last == UInt8(ascii: "\""),
            let open = cell.dropLast().lastIndex(of: last)
        {
            cell = cell[(open + 1)..<(cell.endIndex - 1)]
        }
        guard let label = DigestLabel(cell), label.isNothingElse || label.isSecretName, !label.namesFile
        else {
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

    static func isEndOfWord(_ byte: UInt8) -> Bool {
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

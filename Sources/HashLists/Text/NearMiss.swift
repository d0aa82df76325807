import Model
import Support

/// Why a word looks as if a hash was meant by it, although it is none.
///
/// A word is suspicious if it is
/// - 56, 96 or 128 hexadecimal digits: SHA-224, SHA-384, SHA-512;
/// - one digit shorter or longer than an MD5, a SHA-1 or a SHA-256;
/// - 25 to 136 hexadecimal digits, letters and digits among them (24 are the length of a database's object
///   id, and anything longer is data);
/// - 32, 40 or 64 ASCII letters and digits of which one or two are not hexadecimal;
/// - longer than that and holds 32 to 66 hexadecimal digits in a row, letters and digits among them: a hash
///   that something is joined to, as in `VirusShare_<MD5>`, `0x<MD5>` or `<SHA-1>_evil`.
struct NearMiss: Hashable, Sendable {
    /// In words for the list's author.
    let reason: String

    /// Nil if the word says nothing. A word that is a hash must not be asked.
    init?(_ word: Token) {
        guard (Token.byteCountMin...136).contains(word.byteCount), word.bytes.count == word.byteCount else {
            return nil
        }
        if word.traits.contains(.otherCharacter) {
            if let misspelt = NearMiss(misspelt: word) {
                self = misspelt
            } else {
                self.init(joined: word)
            }
        } else if let reason = Self.reason(digitCount: word.byteCount) {
            self.init(reason: reason)
        } else if word.traits.isSuperset(of: [.digit, .hexadecimalLetter]) {
            self.init(digitCount: word.byteCount)
        } else {
            return nil
        }
    }

    /// Hexadecimal digits that were certainly meant as a hash, but are not 32, 40 or 64.
    init(digitCount: Int) {
        reason =
            Self.reason(digitCount: digitCount)
            ?? "\(digitCount) hexadecimal digits: an MD5 has 32, a SHA-1 40, a SHA-256 64"
    }

    private init(reason: String) { self.reason = reason }

    /// Whether the word was certainly meant as a hash of VirusTotal's, and is none because of a digit: it is
    /// listed also where the line holds good ones.
    static func isBroken(_ word: Token) -> Bool {
        guard (Token.byteCountMin...Token.keptBytesMax).contains(word.byteCount) else { return false }
        if word.traits.contains(.otherCharacter) { return NearMiss(misspelt: word) != nil }
        return word.traits.isSuperset(of: [.digit, .hexadecimalLetter])
            && FileHash.Kind.allCases.contains { abs(word.byteCount - 2 * $0.byteCount) == 1 }
    }

    /// Whether so many hexadecimal digits are suspicious whatever they are, even in JSON's noise.
    static func isTelling(digitCount: Int) -> Bool { reason(digitCount: digitCount) != nil }

    private static func reason(digitCount: Int) -> String? {
        switch digitCount {
        case 56: return tooStrong("SHA-224", digitCount)
        case 96: return tooStrong("SHA-384", digitCount)
        case 128: return tooStrong("SHA-512", digitCount)
        default: break
        }
        for kind in FileHash.Kind.allCases {
            let article = kind == .md5 ? "an" : "a"
            switch digitCount - kind.byteCount * 2 {
            case -1:
                return "\(digitCount) hexadecimal digits: \(article) \(kind.name) with one digit missing?"
            case 1:
                return "\(digitCount) hexadecimal digits: \(article) \(kind.name) with one digit too many?"
            default: continue
            }
        }
        return nil
    }

    private static func tooStrong(_ name: String, _ digitCount: Int) -> String {
        "\(digitCount) hexadecimal digits: \(name), which VirusTotal cannot look up; "
            + "give the file's MD5, SHA-1 or SHA-256"
    }

    /// Bytes with something between them, which is no form that a hash is found in.
    static let parted = NearMiss(
        reason: "pairs of digits with something between them: write the hash without it")

    /// The same with more digits in a group, behind a label that names a digest.
    static let grouped = NearMiss(
        reason: "groups of digits with something between them: write the hash in one piece")

    private init?(joined word: Token) {
        // A SHA-256 with a digit or two of its neighbour's beside it.
        let lengths = 2 * FileHash.Kind.md5.byteCount...2 * FileHash.Kind.sha256.byteCount + 2
        for run in word.bytes.split(whereSeparator: { !CharacterClass.isHexadecimalDigit($0) })
        where lengths.contains(run.count) && run.contains(where: { $0 <= 0x39 })
            && run.contains(where: { $0 > 0x39 })
        {
            self.init(reason: "a hash with other characters joined to it: part them with a space")
            return
        }
        return nil
    }

    /// Letters of other scripts that look like hexadecimal digits count as such; they are named.
    private init?(misspelt word: Token) {
        let scalars = String(decoding: word.bytes, as: UTF8.self).unicodeScalars
        guard let kind = FileHash.Kind.allCases.first(where: { $0.byteCount * 2 == scalars.count }),
            word.traits.contains(.digit) || scalars.contains(where: Self.looksLikeDigit)
        else { return nil }
        let strangers = scalars.filter { !$0.isASCII || Hex.value(UInt8($0.value)) == nil }
        let lookAlikes = strangers.count(where: Self.looksLikeDigit)
        guard strangers.count - lookAlikes <= 2, strangers.first.map({ $0 != "_" }) == true,
            strangers.allSatisfy({ $0.isASCII || Self.looksLikeDigit($0) })
        else { return nil }
        var names: [String] = []
        for stranger in strangers where names.count < 3 {
            let name = stranger.isASCII ? "“\(stranger)”" : "“\(stranger)” (\(Self.code(stranger)))"
            if !names.contains(name) { names.append(name) }
        }
        let list = names.joined(separator: " and ")
        let verb = strangers.count == 1 ? "is no hexadecimal digit" : "are no hexadecimal digits"
        reason =
            "\(scalars.count) characters like \(kind == .md5 ? "an" : "a") \(kind.name), but \(list) \(verb)"
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Greek, Cyrillic and full-width letters and digits whose pictures are those of hexadecimal digits.
    private static func looksLikeDigit(_ scalar: Unicode.Scalar) -> Bool {
        if (0xFF10...0xFF19).contains(scalar.value) || (0xFF21...0xFF26).contains(scalar.value)
            || (0xFF41...0xFF46).contains(scalar.value)
        {
            return true
        }
        return "АаВСсЕеԀԁЬОоЗбΑΒΕΟοƅɑе".unicodeScalars.contains(scalar)
    }
}

/// Takes a label apart into words: at punctuation, at case, and behind digits.
///
/// | label | words |
/// | --- | --- |
/// | `process.hash.md5` | process, hash, md5 |
/// | `SHA256HashData` | sha256, hash, data |
/// | `SHA-1`, `sha 1`, `sha_1` | sha1 |
/// | `PESHA-256` | pesha256 |
/// | `ImpHash` | imp, hash |
/// | `Rich PE header hash` | rich, pe, header, hash |
enum LabelWords {
    /// Longer labels are sentences: their last words count.
    static let wordsMax = 8

    static func words(of label: some Sequence<UInt8>) -> [String] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        var last = Character.separator
        // How many capitals the word ends with: in `SHADigest` the last one begins the next word.
        var capitals = 0
        func end() {
            if !word.isEmpty { words.append(word) }
            word = []
            capitals = 0
        }
        for byte in withoutDashes(label) {
            let kind = Character(byte)
            switch (last, kind) {
            case (_, .separator): end()
            case (.lower, .upper), (.digit, .upper), (.digit, .lower): end()
            case (.upper, .lower) where capitals > 1:
                let first = word.removeLast()
                end()
                word = [first]
            default: break
            }
            if kind != .separator { word.append(kind == .upper ? byte | 0x20 : byte) }
            capitals = kind == .upper ? capitals + 1 : 0
            last = kind
        }
        end()
        return joiningSizes(words).suffix(wordsMax)
    }

    /// Dashes, spaces and colons beyond ASCII as their ASCII likes: `SHA‑256` with a hyphen that does not
    /// break. Letters beyond ASCII in lower case.
    private static func withoutDashes(_ label: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(label)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x2010...0x2015, 0x2212: text += "-"
            case 0xA0, 0x2000...0x200A, 0x202F, 0x3000, 0xFF1A: text += " "
            case 0x80...: text += scalar.properties.lowercaseMapping
            default: text.unicodeScalars.append(scalar)
            }
        }
        return Array(text.utf8)
    }

    private enum Character {
        case lower, upper, digit, separator

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...: self = .lower
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            default: self = .separator
            }
        }
    }

    /// `sha` and `256` are one word, as are `blake2` and `b`, `ja3` and `s`, `E` and `Tag`.
    private static func joiningSizes(_ words: [[UInt8]]) -> [String] {
        var joined: [String] = []
        for word in words {
            let text = String(decoding: word, as: UTF8.self)
            if let previous = joined.last, isTail(text, of: previous) {
                joined[joined.count - 1] = previous + text
            } else {
                joined.append(text)
            }
        }
        return joined
    }

    private static func isTail(_ word: String, of previous: String) -> Bool {
        if sizes.contains(word) { return families.contains(previous) }
        if word == "tag" { return previous == "e" }
        return word.utf8.count == 1 && LabelVocabulary.meaning(of: previous + word) != nil
    }

    /// Sizes of digests in bits, which say nothing beyond the algorithm's name.
    static let sizes: Set = ["1", "2", "128", "160", "224", "256", "384", "512"]
    private static let families: Set = [
        "sha", "sha2", "sha3", "pesha", "pe", "ripemd", "rmd", "keccak", "shake", "md",
    ]
}

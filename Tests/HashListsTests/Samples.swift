import HashLists
import Model
import Support
import Testing

/// Hashes, and the shortest way to say what a list should yield.
enum Sample {
    static let md5 = "0cc175b9c0f1b6a831c399e269772661"
    static let sha1 = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
    static let sha256 = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    static let sha512 = sha256 + sha256
    static let otherMD5 = "92eb5ffee6ae2fec3ad71c777531578f"

    static func entry(
        _ line: Int, _ hashes: String..., comment: String? = nil, namesOneFile: Bool = false
    ) -> HashListItem {
        .entry(
            HashListEntry(
                line: line, hashes: hashes.compactMap { FileHash($0) }, comment: comment,
                namesOneFile: namesOneFile))
    }

    static func unusable(_ line: Int, _ text: String, _ reason: String) -> HashListItem {
        .unusable(UnusableLine(line: line, text: text, reason: reason))
    }

    /// A line that begins with `#` and holds so many digests.
    static func commentedOut(_ line: Int, _ text: String, digests: Int = 1) -> HashListItem {
        .unusable(
            UnusableLine(
                line: line, text: text, reason: "commented out: the line begins with #", kind: .commentedOut,
                digests: digests))
    }

    /// A digest that its label says is of something else than a file.
    static func otherThing(_ line: Int, _ digest: String, label: String) -> HashListItem {
        .unusable(
            UnusableLine(
                line: line, text: digest,
                reason:
                    "\(label): a digest of something else than the whole file, which VirusTotal cannot look up",
                kind: .otherThing, digests: 1))
    }

    /// A row in which a spreadsheet made a number of a hash.
    static func spreadsheetNumber(_ line: Int, _ text: String) -> HashListItem {
        .unusable(
            UnusableLine(
                line: line, text: text,
                reason: "a spreadsheet made a number of a hash; format the column as text and enter it again",
                kind: .spreadsheetNumber))
    }

    /// The items of a list in memory; each digest that the parser saw must be in one of them.
    static func items(_ text: String) throws -> [HashListItem] { try items(Array(text.utf8), chunk: 1 << 20) }

    /// The items of `bytes` when they come in chunks of `size`.
    static func items(_ bytes: [UInt8], chunk size: Int) throws -> [HashListItem] {
        var parser = HashListParser()
        var items: [HashListItem] = []
        try bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: size) {
                let chunk = bytes[start..<min(bytes.count, start + size)]
                try parser.consume(UnsafeRawBufferPointer(rebasing: chunk)) { items.append($0) }
            }
        }
        try parser.finish { items.append($0) }
        let accounted = items.reduce(0) { $0 + ($1.entry?.hashes.count ?? 0) + ($1.unusable?.digests ?? 0) }
        #expect(accounted == parser.digestsSeen, "a digest is not accounted for, or twice")
        return items
    }
}

extension HashListItem {
    var entry: HashListEntry? { if case .entry(let entry) = self { entry } else { nil } }
    var unusable: UnusableLine? { if case .unusable(let line) = self { line } else { nil } }
}

/// How a list's text becomes bytes.
enum TextEncoding: CaseIterable, Sendable {
    case utf8, utf8Marked, utf16Little, utf16Big, windows1252

    /// Those that can write every character.
    static let ofUnicode: [TextEncoding] = [.utf8, .utf8Marked, .utf16Little, .utf16Big]

    func bytes(_ text: String) -> [UInt8] {
        switch self {
        case .utf8: Array(text.utf8)
        case .utf8Marked: [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        case .utf16Little: [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case .utf16Big: [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        // For texts whose characters all have their Latin-1 number.
        case .windows1252: text.unicodeScalars.map { UInt8($0.value) }
        }
    }
}

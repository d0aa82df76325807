import HashLists
import Model
import Support

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

    static func items(_ text: String) throws -> [HashListItem] { try HashListParser.items(of: text.utf8) }

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
        return items
    }
}

extension HashListItem {
    var entry: HashListEntry? { if case .entry(let entry) = self { entry } else { nil } }
    var unusable: UnusableLine? { if case .unusable(let line) = self { line } else { nil } }
}

import HashLists
import Model
import Testing

/// Shapes that public tools and reports write, each with its right outcome.
@Suite struct PublicShapesTests {
    @Test(arguments: PublicShapes.all.filter { !$0.isDebatable })
    func shapeIsReadRight(shape: PublicShape) throws {
        let items = try Sample.items(shape.bytes, chunk: 1 << 20)
        let entries = items.compactMap(\.entry)
        let asked = entries.flatMap { $0.hashes.map(\.hexadecimal) }
        let listed = items.compactMap(\.unusable)
        #expect(Set(asked) == Set(shape.files.joined()), "\(listed.map { "\($0.text): \($0.reason)" })")
        for file in shape.files where file.count > 1 {
            let isOne = entries.contains { entry in
                entry.namesOneFile && Set(file).isSubset(of: entry.hashes.map(\.hexadecimal))
            }
            let seen = entries.map { "\($0.namesOneFile) \($0.hashes)" }
            #expect(isOne, "\(file) are not one file's: \(seen)")
        }
        for (digest, kind) in shape.passedOver {
            let mask = String(digest.prefix(4)) + "…"
            let isListed = listed.contains { line in
                line.kind == kind
                    && line.text.lowercased().contains(
                        kind == .secret ? mask.lowercased() : digest.lowercased())
            }
            let seen = listed.map { "\($0.kind) \($0.text.prefix(120))" }
            #expect(isListed, "\(digest) \(kind): \(seen)")
        }
        for (hash, words) in shape.comments {
            let comments = entries.filter { $0.hashes.contains { $0.hexadecimal == hash } }.map(\.comment)
            #expect(comments.contains { $0?.contains(words) == true }, "\(words): \(comments)")
        }
    }
}

extension PublicShape {
    /// The file as it would be dropped.
    var bytes: [UInt8] {
        switch encoding {
        case .utf8: Array(text.utf8)
        case .windows1252: text.unicodeScalars.map { $0.value < 0x100 ? UInt8($0.value) : UInt8(ascii: "?") }
        case .utf16LittleWithMark: [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        }
    }
}

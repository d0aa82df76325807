import HashLists
import Model
import Support
import TestSupport
import Testing

/// What is found depends neither on the encoding nor on where the chunks are cut.
@Suite(.limited(.processor)) struct ChunkingTests {
    private static let sizes = [1, 2, 3, 5, 31, 32, 33, 64, 1000, 1023, 1024, 1025, 4096, 1 << 20]

    @Test(arguments: 0..<(Full.isOn ? 40 : 15) as Range<UInt64>)
    func plantedHashesAreFoundOnceEach(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (text, planted) = Self.textWithHashes(using: &generator)
        let items = try Sample.items(text)
        let expected = Self.hashes(items)
        let unusable = items.compactMap { $0.unusable.map { "\($0.text): \($0.reason)" } }
        // Names of one file are put together, whatever stands between them.
        #expect(expected.sorted() == planted.sorted(), "seed \(seed): \(unusable)")
        for (name, bytes) in Self.encodings(of: text) {
            for size in Self.sizes.shuffled(using: &generator).prefix(4) {
                let found = try Self.hashes(Sample.items(bytes, chunk: size))
                #expect(found == expected, "seed \(seed), \(name), chunks of \(size)")
            }
        }
    }

    @Test(arguments: 0..<(Full.isOn ? 150 : 50) as Range<UInt64>)
    func anyBytesInAnyChunksYieldTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = Self.malformedBytes(using: &generator)
        let expected = Self.outcome(bytes, chunk: bytes.count + 1)
        for size in Self.sizes where size <= bytes.count {
            #expect(Self.outcome(bytes, chunk: size) == expected, "seed \(seed), chunks of \(size)")
        }
    }

    @Test func everyCutOfATrickyTextYieldsTheSame() throws {
        let texts = [
            "\u{FEFF}é\(Sample.md5)\r\n\(Sample.md5)é\r\(Sample.sha1) 😀\n\r\n\(Sample.sha512)",
            JSONTests.stix,
            FormatTests.windowsRows.map(\.text).joined(separator: "\r\n"),
        ]
        for bytes in texts.flatMap({ Self.encodings(of: $0).map(\.bytes) }) {
            let expected = try HashListParser.items(of: bytes)
            #expect(!expected.isEmpty)
            // By threes, in the short run: each place in a UTF-16 unit or a UTF-8 sequence has its turn.
            for cut in stride(from: 1, to: bytes.count, by: Full.isOn ? 1 : 3) {
                var parser = HashListParser()
                var items: [HashListItem] = []
                for part in [bytes[..<cut], bytes[cut...]] {
                    try part.withUnsafeBytes { try parser.consume($0) { items.append($0) } }
                }
                try parser.finish { items.append($0) }
                #expect(items == expected, "cut at \(cut)")
            }
        }
    }

    private static func outcome(_ bytes: [UInt8], chunk size: Int) -> [String] {
        var parser = HashListParser()
        var items: [String] = []
        do {
            try bytes.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: size) {
                    let chunk = bytes[start..<min(bytes.count, start + size)]
                    try parser.consume(UnsafeRawBufferPointer(rebasing: chunk)) { items.append("\($0)") }
                }
            }
            try parser.finish { items.append("\($0)") }
        } catch {
            items.append("\(error)")
        }
        return items
    }

    private static func hashes(_ items: [HashListItem]) -> [FileHash] {
        items.flatMap { $0.entry?.hashes ?? [] }
    }

    /// Words, separators and line breaks at random, and hashes among them that stand alone.
    private static func textWithHashes(
        using generator: inout SeededGenerator
    ) -> (text: String, planted: [FileHash]) {
        let separators = [
            " ", "\n", "\r\n", "\r", ";", ",", "\t", "|", ": ", "-", "/", "\"", "<", "»", "😀", "\u{A0}",
        ]
        let words = [
            "evil.exe", "Привет", "größe", "文件", "deadbeef", "0x41", "_", "md5", "a", "&amp;", "<b>", "C:\\x",
        ]
        var text = "list"
        var planted: [FileHash] = []
        for _ in 0..<Int.random(in: 1...300, using: &generator) {
            text += separators.randomElement(using: &generator)!
            guard Int.random(in: 0..<3, using: &generator) == 0 else {
                text += words.randomElement(using: &generator)!
                continue
            }
            let kind = FileHash.Kind.allCases.randomElement(using: &generator)!
            let bytes = (0..<kind.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let hash = FileHash(bytes: bytes)!
            planted.append(hash)
            text += Bool.random(using: &generator) ? hash.hexadecimal : hash.hexadecimal.uppercased()
        }
        return (text, planted)
    }

    private static func encodings(of text: String) -> [(name: String, bytes: [UInt8])] {
        let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return [
            ("UTF-8", Array(text.utf8)), ("UTF-8 with mark", [0xEF, 0xBB, 0xBF] + Array(text.utf8)),
            ("UTF-16LE", little), ("UTF-16LE with mark", [0xFF, 0xFE] + little),
            ("UTF-16BE", big), ("UTF-16BE with mark", [0xFE, 0xFF] + big),
        ]
    }

    /// Random bytes, with more of what matters to the parser among them than chance would give.
    private static func malformedBytes(using generator: inout SeededGenerator) -> [UInt8] {
        let beginnings: [[UInt8]] = [
            [], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], Array("{\"a\":[".utf8), Array("[{\"".utf8),
            [0x61, 0, 0x62, 0], [0, 0x61, 0, 0x62],
        ]
        let pieces: [[UInt8]] = [
            Array(Sample.md5.utf8), Array(Sample.sha512.utf8), [0x0D, 0x0A], [0x0D], [0x0A], [0xE2, 0x82],
            [0xF0, 0x9F],
            [0xC3], [0xA9], [0xED, 0xA0, 0x80], [0xD8], Array("\"hashes\":{\"".utf8), Array("\",\"".utf8),
            Array("}]".utf8), Array("\\ud83d".utf8), Array("\\".utf8), Array("Hash : ".utf8),
            Array("Path : ".utf8),
            Array("MD5 hash of :".utf8), Array("<td".utf8), Array(" ".utf8), Array("#".utf8),
        ]
        let rawShare = Int.random(in: 0...3, using: &generator)
        var bytes = beginnings.randomElement(using: &generator)!
        let count = Int.random(
            in: 1...[50, 3000, 40_000].randomElement(using: &generator)!, using: &generator)
        while bytes.count < count {
            if Int.random(in: 0..<10, using: &generator) < rawShare {
                bytes.append(UInt8.random(in: 1...255, using: &generator))
            } else {
                bytes += pieces.randomElement(using: &generator)!
            }
        }
        if Int.random(in: 0..<8, using: &generator) == 0 {
            bytes.insert(0, at: Int.random(in: 0...bytes.count, using: &generator))
        }
        return bytes
    }
}

import HashLists
import Model
import Testing

@Suite struct HashListParserTests {
    /// A semicolon between words stays as it was written; what else parts them becomes a comma.
    @Test(arguments: [
        (";", ";"), ("; ", "; "), (" ; ", "; "), (";;", ";"), ("; ,", ";"), (";\"\";", ";"), (",;", ", "),
        (",", ", "), (", ", ", "), ("|", ", "), ("\t", ", "),
    ])
    func aSemicolonInACommentStays(written: String, kept: String) throws {
        for hash in [Sample.md5, Sample.sha256] {
            let comment = "one two\(written)three"
            for line in ["\(hash);\(comment)", "\(hash),\(comment)", "\(comment);\(hash)"] {
                #expect(try Sample.items(line).first?.entry?.comment == "one two\(kept)three", "\(line)")
            }
            #expect(try Sample.items("one;\(hash); two").first?.entry?.comment == "one; two")
        }
    }

    @Test func nulByteIsRefusedWithItsOffset() {
        let bytes = Array("\(Sample.md5)\n\(String(repeating: "x", count: 2000))\0A".utf8)
        for size in [1, 7, 1024, 4096] {
            #expect(throws: HashListError.notText(offset: 2033)) { try Sample.items(bytes, chunk: size) }
        }
        #expect(throws: HashListError.notText(offset: 3)) {
            try HashListParser.items(of: [0x61, 0x62, 0x63, 0])
        }
        let text = "\u{FEFF}\(String(repeating: "A", count: 1500))\0A"
        let utf16 = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for size in [1, 5, 4096] {
            #expect(throws: HashListError.notText(offset: 3002)) { try Sample.items(utf16, chunk: size) }
        }
    }

    @Test(arguments: [
        ("PK\u{3}\u{4}....[Content_Types].xml", BinaryFormat.excelWorkbook),
        ("PK\u{3}\u{4}..mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK", .openDocumentSheet),
        ("PK\u{3}\u{4}..mimetypeapplication/vnd.oasis.opendocument.textPK", .openDocumentText),
        ("PK\u{3}\u{4}....ppt/presentation.xml", .presentation),
        ("PK\u{3}\u{4}....word/document.xml", .wordDocument), ("PK\u{3}\u{4}....iocs.txt", .zipArchive),
        ("%PDF-1.7\n", .pdf), ("\u{7F}ELF", .linuxProgram), ("MZ\u{1}\0", .windowsProgram),
        ("SQLite format 3\0", .sqliteDatabase),
    ])
    func binaryFormatIsNamed(head: String, format: BinaryFormat) {
        #expect(throws: HashListError.binary(format)) { try Sample.items(head) }
    }

    @Test func gzipIsNamed() {
        #expect(throws: HashListError.binary(.gzipArchive)) { try HashListParser.items(of: [0x1F, 0x8B, 8]) }
    }

    @Test func textThatBeginsLikeAProgramIsText() throws {
        #expect(try Sample.items("MZ \(Sample.md5)") == [Sample.entry(1, Sample.md5, comment: "MZ")])
    }

    @Test func errorsTellTheThingTheReasonAndWhatToDo() {
        #expect(
            "\(HashListError.binary(.excelWorkbook))"
                == "This is not a list but an Excel workbook. Save the sheet as CSV and drop that.")
        #expect("\(HashListError.notText(offset: 7))".contains("byte 7 is NUL"))
        #expect("\(HashListError.tooManyHashes(limit: 5, line: 6))".contains("more than 5 hashes"))
    }

    @Test func hashesAboveTheLimitAreRefused() throws {
        let limits = HashListLimits(hashesMax: 2)
        let two = "\(Sample.md5)\n\(Sample.md5)\n"
        #expect(try HashListParser.items(of: two.utf8, limits: limits).count == 2)
        #expect(throws: HashListError.tooManyHashes(limit: 2, line: 3)) {
            try HashListParser.items(of: (two + Sample.sha1).utf8, limits: limits)
        }
    }

    @Test func emptyFilesYieldNothing() throws {
        for bytes in [[], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0x0A], [0x20, 0x0D]] as [[UInt8]] {
            #expect(try HashListParser.items(of: bytes) == [])
        }
    }

    @Test func longLineKeepsItsHashesWithoutComment() throws {
        let hashes = String(repeating: "\(Sample.md5) ", count: 2500)
        let items = try Sample.items("label \(hashes)\n\(Sample.sha1);x")
        #expect(items.compactMap { $0.entry?.hashes.count } == [1000, 1000, 500, 1])
        #expect(items.compactMap { $0.entry?.line } == [1, 1, 1, 2])
        #expect(items.map { $0.entry?.comment } == [nil, nil, nil, "x"])
    }

    @Test func longLineWithoutHashMayBeUnusable() throws {
        let prose = String(repeating: "word ", count: 5000)
        let items = try Sample.items(
            "\(prose)\(Sample.sha512) \(prose)\n#\(prose)\(Sample.md5)\n\(Sample.md5)")
        #expect(items.count == 3)
        #expect(items.dropFirst().first?.unusable?.kind == .commentedOut)
        #expect(items.first?.unusable?.text.hasPrefix("word word") == true)
        #expect(items.last == Sample.entry(3, Sample.md5))
    }

    @Test func lineOfExactlyTheLimitKeepsItsComment() throws {
        let rest = String(repeating: "x", count: 16 * 1024 - 33)
        #expect(try Sample.items("\(Sample.md5);\(rest)").first?.entry?.comment?.unicodeScalars.count == 256)
        #expect(try Sample.items("\(Sample.md5);\(rest)x") == [Sample.entry(1, Sample.md5)])
    }

    @Test func bytesThatAreNotUTF8AreWindows1252() throws {
        let bytes = Array("\(Sample.md5);caf".utf8) + [0xE9, 0x0A, 0x80, 0x20] + Array(Sample.sha1.utf8)
        for size in [1, 2, 1000] {
            #expect(
                try Sample.items(bytes, chunk: size) == [
                    Sample.entry(1, Sample.md5, comment: "café"), Sample.entry(2, Sample.sha1, comment: "€"),
                ])
        }
        var parser = HashListParser()
        try bytes.withUnsafeBytes { try parser.consume($0) { _ in } }
        try parser.finish { _ in }
        #expect(parser.remarks == [.windows1252])
    }

    /// Found by the fuzzer: a short word behind an equals sign or a backslash at the end of a line.
    @Test(arguments: ["a===3", "a=3", "=3D", "\\n", "x\\t", "=3D\n=3"])
    func anEscapeAtTheEndOfALineIsNoHash(text: String) throws {
        #expect(try Sample.items(text) == [])
    }

    @Test func hostileCharactersAreShown() throws {
        let items = try Sample.items("\(Sample.md5);a\u{202E}b\u{1B}c")
        #expect(items == [Sample.entry(1, Sample.md5, comment: "a\\u{202E}b\\u{1B}c")])
    }

    @Test func errorOfEmitIsPassedOn() {
        struct Stop: Error {}
        var parser = HashListParser()
        #expect(throws: Stop.self) {
            try Array(Sample.md5.utf8).withUnsafeBytes { try parser.consume($0) { _ in throw Stop() } }
            try parser.finish { _ in throw Stop() }
        }
    }
}

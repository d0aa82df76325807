import HashLists
import Model
import Testing

private func tooStrong(_ digitCount: Int, _ name: String) -> String {
    "\(digitCount) hexadecimal digits: \(name), which VirusTotal cannot look up; "
        + "give the file's MD5, SHA-1 or SHA-256"
}

@Suite struct UnusableLineTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var reason: String
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row(
            text: Sample.sha512,
            reason:
                tooStrong(128, "SHA-512")
        ),
        Row(
            text: String(Sample.sha512.prefix(96)),
            reason:
                tooStrong(96, "SHA-384")
        ),
        Row(
            text: String(Sample.sha512.prefix(56)),
            reason:
                tooStrong(56, "SHA-224")
        ),
        Row(
            text: String(Sample.md5.dropLast()),
            reason: "31 hexadecimal digits: an MD5 with one digit missing?"),
        Row(text: Sample.md5 + "0", reason: "33 hexadecimal digits: an MD5 with one digit too many?"),
        Row(text: Sample.sha1 + "0", reason: "41 hexadecimal digits: a SHA-1 with one digit too many?"),
        Row(
            text: String(Sample.sha256.dropLast()),
            reason: "63 hexadecimal digits: a SHA-256 with one digit missing?"),
        Row(
            text: String(repeating: "1", count: 31),
            reason: "31 hexadecimal digits: an MD5 with one digit missing?"),
        Row(
            text: String(Sample.md5.prefix(27)),
            reason: "27 hexadecimal digits: an MD5 has 32, a SHA-1 40, a SHA-256 64"),
        Row(
            text: Sample.md5.dropLast() + "O",
            reason: "32 characters like an MD5, but “O” is no hexadecimal digit"),
    ])
    func suspiciousLineSaysWhy(row: Row) throws {
        let item = try #require(try Sample.items("first\nname;\(row.text)\n\(Sample.md5)").first?.unusable)
        #expect(item.line == 2)
        #expect(item.text == "name;\(row.text)")
        #expect(item.reason == row.reason)
    }

    @Test(arguments: [
        "just prose, 2024-01-01", "507f1f77bcf86cd799439011", "9777bc8b-af63-4e4d-9839-a691ece8c92e",
        String(repeating: "a", count: 30), String(repeating: "7", count: 30),
        String(repeating: "0a", count: 100), "d2hhdCBhIGxvbmcgc3RyaW5nIGluIGJhc2U2NA",
    ])
    func otherTextIsIgnored(text: String) throws {
        #expect(try Sample.items(text) == [])
    }

    @Test func lineWithAUsableHashIsNotUnusable() throws {
        #expect(try Sample.items("\(Sample.sha512),\(Sample.md5)").map { $0.entry?.hashes.count } == [1])
    }

    @Test func longTextIsCutVisiblyAndControlsAreShown() throws {
        let text = "\u{1B}[31m " + String(repeating: "é ", count: 400) + Sample.sha512
        let item = try #require(try Sample.items(text).first?.unusable)
        #expect(item.text.unicodeScalars.count == 256)
        #expect(item.text.hasPrefix("\\u{1B}[31m é é"))
        #expect(item.text.hasSuffix("…"))
    }
}

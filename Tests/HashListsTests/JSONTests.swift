import HashLists
import Model
import TestSupport
import Testing

private let md5 = Sample.md5
private let sha1 = Sample.sha1
private let sha256 = Sample.sha256

@Suite(.limited(.processor)) struct JSONTests {
    static let stix = """
        {
          "type": "bundle",
          "objects": [
            {
              "type": "file",
              "hashes": {
                "MD5": "\(md5)",
                "SHA-1": "\(sha1)",
                "SHA-512": "\(Sample.sha512)"
              },
              "name": "a\\u00e9 \\"b\\".exe"
            },
            {
              "type": "indicator",
              "name": "Bad thing",
              "pattern": "[file:hashes.'SHA-256' = '\(sha256)']"
            },
            { "type": "file", "hashes": { "SHA-512": "\(Sample.sha512)" } }
          ]
        }
        """

    @Test func stixHashesOfOneFileAreOneEntryWithItsName() throws {
        let items = try Sample.items(Self.stix)
        #expect(items.count == 3)
        #expect(
            items.prefix(2) == [
                Sample.entry(7, md5, sha1, comment: #"aé "b".exe"#, namesOneFile: true),
                Sample.entry(16, sha256, comment: "Bad thing"),
            ])
        #expect(items.last?.unusable?.line == 18)
        #expect(items.last?.unusable?.text == Sample.sha512)
    }

    @Test func jsonOnOneLineIsGroupedAlike() throws {
        let oneLine = Self.stix.split(separator: "\n").joined()
        let lines = try Sample.items(oneLine).map { $0.entry?.line ?? $0.unusable?.line }
        #expect(lines == [1, 1, 1])
        #expect(
            try Sample.items(oneLine).map { $0.entry?.hashes }
                == Sample.items(Self.stix).map { $0.entry?.hashes })
    }

    @Test func mispAttributesStandAloneAndObjectsAreGrouped() throws {
        let text = """
            {"Event": {"info": "x", "Attribute": [
              {"type": "md5", "value": "\(md5)", "comment": "Group 1"},
              {"type": "filename|sha1", "value": "a.exe|\(sha1)", "comment": ""},
              {"type": "ip-dst", "value": "192.0.2.1"}
            ], "Object": [{"name": "file", "comment": "dropper", "Attribute": [
              {"type": "md5", "value": "\(Sample.otherMD5)"},
              {"type": "sha256", "value": "\(sha256)"},
              {"type": "filename", "value": "b.exe"}
            ]}]}}
            """
        #expect(
            try Sample.items(text) == [
                Sample.entry(2, md5, comment: "Group 1"),
                Sample.entry(3, sha1, comment: "a.exe"),
                Sample.entry(6, Sample.otherMD5, sha256, comment: "b.exe, dropper", namesOneFile: true),
            ])
    }

    /// `{…}` with a sentence, a parent, keys or a pattern that hold hashes of several files.
    @Test(arguments: [
        #"{"text": "loader \#(md5) dropped \#(sha256)"}"#,
        #"{"sha256": "\#(sha256)", "parent_md5": "\#(md5)"}"#,
        #"{"\#(md5)": 1, "\#(sha256)": 2}"#,
        #"{"sha256": "\#(sha256)", "md5": "see \#(md5)"}"#,
        #"{"pattern": "[file:hashes.MD5 = '\#(md5)' OR file:hashes.'SHA-256' = '\#(sha256)']"}"#,
    ])
    func hashesThatMayBeOfSeveralFilesAreNotOneFiles(text: String) throws {
        let entries = try Sample.items(text).compactMap(\.entry)
        #expect(Set(entries.flatMap { $0.hashes.map(\.hexadecimal) }) == [md5, sha256])
        #expect(entries.allSatisfy { !$0.namesOneFile })
    }

    @Test func wholeValuesUnderAlgorithmsNamesAreOneFiles() throws {
        let text = #"{"MD5": "\#(md5)", "sha_256": "\#(sha256)", "id": "\#(sha256)", "n": 1}"#
        #expect(try Sample.items(text) == [Sample.entry(1, md5, sha256, sha256, namesOneFile: true)])
    }

    @Test func digestsOfOtherThingsAreNotLookedUp() throws {
        let text = """
            {"md5": "\(md5)", "imphash": "\(Sample.otherMD5)", "sha1": "\(sha1)"}
            {"Event": {"Attribute": [
              {"type": "ja3-fingerprint-md5", "value": "\(Sample.otherMD5)"},
              {"value": "\(Sample.otherMD5)", "type": "imphash"}
            ], "Object": [{"Attribute": [
              {"type": "imphash", "value": "\(Sample.otherMD5)"},
              {"type": "md5", "value": "\(md5)"}, {"type": "sha256", "value": "\(sha256)"}
            ]}]}}
            """
        let other = { (line: Int, label: String) in Sample.otherThing(line, Sample.otherMD5, label: label) }
        #expect(
            try Sample.items(text) == [
                other(1, "imphash"), Sample.entry(1, md5, sha1, namesOneFile: true),
                other(3, "ja3-fingerprint-md5"), other(4, "imphash"), other(6, "imphash"),
                Sample.entry(7, md5, sha256, namesOneFile: true),
            ])
    }

    @Test func unusableStringsHaveTheLineWhereTheyStand() throws {
        let text = """
            ["\(Sample.sha512)",
             "\(md5)",
             "\(Sample.sha512)"
            ]
            {"hash": "\(md5.dropLast())"
            }
            """
        #expect(try Sample.items(text).compactMap(\.unusable?.line) == [1, 3, 5])
        #expect(try Sample.items(text).compactMap(\.entry) == [try #require(Sample.entry(2, md5).entry)])
    }

    @Test func anAnchorIsNoJSON() throws {
        let text = "[[hashes]]\n# \(sha1)\n|\(md5)|a.exe\n"
        #expect(
            try Sample.items(text) == [
                Sample.commentedOut(2, "# \(sha1)"), Sample.entry(3, md5, comment: "a.exe"),
            ])
    }

    @Test func twoHashesOfAKindAreEntriesOfTheirOwn() throws {
        let text = """
            {"name": "n", "a": "\(md5)", "b": "\(Sample.otherMD5)", "c": "\(sha1)"}
            ["\(md5)", "\(sha1)"]
            """
        #expect(
            try Sample.items(text) == [
                Sample.entry(1, md5, comment: "n"), Sample.entry(1, Sample.otherMD5, comment: "n"),
                Sample.entry(1, sha1, comment: "n"), Sample.entry(2, md5), Sample.entry(2, sha1),
            ])
    }

    @Test func aHashRepeatedInItsObjectIsOneMention() throws {
        #expect(try Sample.items(#"{"id": "\#(md5)", "md5": "\#(md5)"}"#) == [Sample.entry(1, md5, md5)])
    }

    @Test func linesOfJSONAndKeysAndPowerShell() throws {
        let text = """
            {"Algorithm":"MD5","Hash":"\(md5)","Path":"C:\\\\a.exe"}
            {"\(sha1)": {"name": "b"}}
            """
        #expect(
            try Sample.items(text) == [
                Sample.entry(1, md5, comment: #"C:\a.exe"#), Sample.entry(2, sha1),
            ])
    }

    @Test func escapesPartWordsUnlessTheyAreLetters() throws {
        let text = #"{"body": "x\n\#(md5)\r\n\u00e9\#(sha1) \ud83d\ude00\#(sha256)\u0041"}"#
        #expect(try Sample.items(text) == [Sample.entry(1, md5)])
    }

    @Test func brokenJSONLosesNoHash() throws {
        let text = """
            {"a": "no end \(md5)
            "b": \(sha1) ]]]}}
            \(sha256);x
            """
        let hashes = try Sample.items(text).flatMap { $0.entry?.hashes.map(\.hexadecimal) ?? [] }
        #expect(Set(hashes) == [md5, sha1, sha256])
        #expect(hashes.count == 3)
    }

    @Test func deeperThanTheLimitIsStillRead() throws {
        let depth = 1000
        let text =
            String(repeating: #"{"a":["#, count: depth) + "\"\(md5)\"" + String(repeating: "]}", count: depth)
        #expect(try Sample.items(text) == [Sample.entry(1, md5)])
    }

    @Test func onlyTellingDigitsOfJSONAreUnusable() throws {
        // A token of 48 digits is noise, an MD5 without its last digit is not.
        let noise = String(repeating: "a1", count: 24)
        #expect(try Sample.items(#"{"token": "\#(noise)"}"#) == [])
        #expect(try Sample.items(#"{"md5": "\#(md5.dropLast())"}"#).first?.unusable?.line == 1)
    }
}

import HashLists
import Model
import TestSupport
import Testing

private let md5 = Sample.md5
private let sha1 = Sample.sha1
private let sha256 = Sample.sha256

/// One row: a form in which hash lists come, and all that it yields.
struct FormatRow: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var items: [HashListItem]
    var testDescription: String { name }
}

@Suite(.limited(.processor)) struct FormatTests {
    @Test(arguments: plainRows + checksumRows + windowsRows + tableRows + textRows)
    func formatYieldsHashesAndComments(row: FormatRow) throws {
        #expect(try Sample.items(row.text) == row.items)
    }

    @Test(arguments: plainRows + checksumRows + windowsRows + tableRows + textRows)
    func lineBreaksDoNotMatter(row: FormatRow) throws {
        #expect(try Sample.items(row.text.replacing("\n", with: "\r\n")) == row.items)
        #expect(try Sample.items(row.text.replacing("\n", with: "\r")) == row.items)
        #expect(try Sample.items(row.text + "\n") == row.items)
    }

    static let plainRows = [
        FormatRow(
            name: "one a line, kinds and cases mixed", text: "\(md5)\n\(sha1.uppercased())\n\n\(sha256)",
            items: [Sample.entry(1, md5), Sample.entry(2, sha1), Sample.entry(4, sha256)]),
        FormatRow(
            name: "hash;comment", text: "\(md5);Demo; second",
            items: [Sample.entry(1, md5, comment: "Demo; second")]),
        FormatRow(name: "hash,comment", text: "\(md5),Demo", items: [Sample.entry(1, md5, comment: "Demo")]),
        FormatRow(
            name: "label:hash", text: "bravo.wav:\(md5)",
            items: [Sample.entry(1, md5, comment: "bravo.wav")]),
        FormatRow(
            name: "label;hash", text: "Windows File;\(sha256)",
            items: [Sample.entry(1, sha256, comment: "Windows File")]),
        FormatRow(
            name: "letters, digits and underscores join, and that is said",
            text:
                "VirusShare_\(md5)\n_\(md5)\n\(md5)g\né\(md5)\n0x\(sha1)\n\(sha256)_evil.exe\nfile\(md5).exe",
            items: [
                ("VirusShare_\(md5)", 1), ("_\(md5)", 2), ("\(md5)g", 3), ("é\(md5)", 4), ("0x\(sha1)", 5),
                ("\(sha256)_evil.exe", 6), ("file\(md5).exe", 7),
            ].map { text, line in
                Sample.unusable(
                    line, text, "a hash with other characters joined to it: part them with a space")
            }),
        FormatRow(
            name: "bytes in pairs without certutil's sentence",
            text: "Thumbprint: \(colons(md5))\n\(colons(sha1))\n00:11:22:33:44:55",
            items: [("Thumbprint: \(colons(md5))", 1), (colons(sha1), 2)].map { text, line in
                Sample.unusable(
                    line, text, "pairs of digits with something between them: write the hash without it")
            }),
        FormatRow(
            name: "comment lines", text: "# \(md5)\n## Heading\n#\(md5)\n\(sha1) # evil\n \t# \(md5)",
            items: [
                Sample.commentedOut(1, "# \(md5)"), Sample.commentedOut(3, "#\(md5)"),
                Sample.entry(4, sha1, comment: "evil"), Sample.commentedOut(5, "# \(md5)"),
            ]),
        FormatRow(
            name: "several on a line", text: "\(md5) \(sha1)\t\(sha256)\n\(md5),\(md5)",
            items: [Sample.entry(1, md5, sha1, sha256, namesOneFile: true), Sample.entry(2, md5, md5)]),
        FormatRow(
            name: "neighbours name one file, others may not",
            text: """
                a.exe;\(md5);\(sha1)
                MD5: \(md5), SHA-256: \(sha256)
                loader \(md5) dropped \(sha1)
                \(md5) -> \(sha1)
                \(md5),1024,\(sha1)
                "\(md5)"\t\t"\(sha1)"
                \(md5);\(Sample.otherMD5)
                """,
            items: [
                Sample.entry(1, md5, sha1, comment: "a.exe", namesOneFile: true),
                Sample.entry(2, md5, sha256, namesOneFile: true),
                Sample.entry(3, md5, sha1, comment: "loader dropped"), Sample.entry(4, md5, sha1),
                Sample.entry(5, md5, sha1, comment: "1024"),
                Sample.entry(6, md5, sha1, namesOneFile: true), Sample.entry(7, md5, Sample.otherMD5),
            ]),
        FormatRow(
            name: "algorithm before the hash", text: "MD5: \(md5)\nSHA-256 = \(sha256)",
            items: [Sample.entry(1, md5), Sample.entry(2, sha256)]),
        FormatRow(
            name: "dashes", text: "- \(md5) – evil.exe\n\(sha1) - note\nlabel - \(sha256)",
            items: [
                Sample.entry(1, md5, comment: "evil.exe"), Sample.entry(2, sha1, comment: "note"),
                Sample.entry(3, sha256, comment: "label"),
            ]),
    ]

    static let checksumRows = [
        FormatRow(
            name: "md5sum", text: "\(md5)  dir/a; b, c.exe",
            items: [Sample.entry(1, md5, comment: "dir/a; b, c.exe")]),
        FormatRow(
            name: "sha256sum, binary", text: "\(sha256) *a.exe\n\(sha256)  -",
            items: [Sample.entry(1, sha256, comment: "a.exe"), Sample.entry(2, sha256)]),
        FormatRow(
            name: "sha1sum, escaped name", text: #"\\#(sha1)  a\nb\\c"#,
            items: [Sample.entry(1, sha1, comment: #"a\u{A}b\c"#)]),
        FormatRow(
            name: "samples named by their hash",
            text: """
                \(sha256)  \(sha256).bin
                \(sha256) *samples/\(md5)
                MD5 (\(sha256)) = \(md5)
                \(md5)  \(sha1)
                \(md5)  \(sha1)  \(sha256)
                """,
            items: [
                Sample.entry(1, sha256, comment: "\(sha256).bin"),
                Sample.entry(2, sha256, comment: "samples/\(md5)"), Sample.entry(3, md5, comment: sha256),
                Sample.entry(4, md5, sha1, namesOneFile: true),
                Sample.entry(5, md5, sha1, sha256, namesOneFile: true),
            ]),
        FormatRow(
            name: "BSD and --tag", text: "SHA256 (a, (b).exe) = \(sha256)\n\\MD5 (a\\\\b) = \(md5)",
            items: [
                Sample.entry(1, sha256, comment: "a, (b).exe"), Sample.entry(2, md5, comment: #"a\b"#),
            ]),
        FormatRow(
            name: "OpenSSL", text: "SHA2-256(a.exe)= \(sha256)\nMD5(b,c.exe)= \(md5)",
            items: [Sample.entry(1, sha256, comment: "a.exe"), Sample.entry(2, md5, comment: "b,c.exe")]),
    ]

    static let windowsRows = [
        FormatRow(
            name: "Get-FileHash",
            text: """

                Algorithm       Hash                                             Path
                ---------       ----                                             ----
                SHA256          \(sha256.uppercased())       C:\\Temp\\a b.exe
                """, items: [Sample.entry(4, sha256, comment: #"C:\Temp\a b.exe"#)]),
        FormatRow(
            name: "Get-FileHash | Format-List",
            text: """
                Algorithm : SHA256
                Hash      : \(sha256)
                Path      : C:\\Temp\\a long way
                             home\\a.exe

                Algorithm : MD5
                Hash      : \(md5)
                Path      : C:\\b.exe
                """,
            items: [
                Sample.entry(2, sha256, comment: #"C:\Temp\a long wayhome\a.exe"#),
                Sample.entry(7, md5, comment: #"C:\b.exe"#),
            ]),
        FormatRow(
            name: "Get-FileHash | Export-Csv",
            text: """
                #TYPE Microsoft.PowerShell.Utility.FileHash
                "Algorithm","Hash","Path"
                "SHA256","\(sha256)","C:\\a, b.exe"
                """, items: [Sample.entry(3, sha256, comment: #"C:\a, b.exe"#)]),
        FormatRow(
            name: "certutil",
            text: """
                SHA256 hash of C:\\a.exe:
                \(sha256)
                CertUtil: -hashfile command completed successfully.
                """, items: [Sample.entry(2, sha256, comment: #"C:\a.exe"#)]),
        FormatRow(
            name: "certutil of Windows 7",
            text: """
                MD5 hash of file a.exe:
                \(pairs(md5))
                CertUtil: -hashfile command completed successfully.
                SHA1-Hash von b.exe:
                \(pairs(sha1))
                """, items: [Sample.entry(2, md5, comment: "a.exe"), Sample.entry(5, sha1)]),
    ]

    private static func colons(_ digits: String) -> String {
        pairs(digits).replacing(" ", with: ":")
    }

    private static func pairs(_ digits: String) -> String {
        digits.enumerated().map { $0 > 0 && $0.isMultiple(of: 2) ? " \($1)" : "\($1)" }.joined()
    }

    static let tableRows = [
        FormatRow(
            name: "CSV",
            text: """
                date,file,md5,sha256,verdict
                2021-01-02,"a, ""b"".exe",\(md5),\(sha256),"Trojan; Win32"
                "\(sha1)";"x"
                """,
            items: [
                Sample.entry(
                    2, md5, sha256, comment: #"a, "b".exe, date=2021-01-02, verdict=Trojan; Win32"#,
                    namesOneFile: true),
                Sample.entry(3, sha1, comment: "x"),
            ]),
        FormatRow(
            name: "a number that a spreadsheet made, beside a hash",
            text: "file;MD5;SHA-256\na.exe;1,23457E+31;\(sha256)\nb.exe;9.8E+31;",
            items: [
                Sample.spreadsheetNumber(2, "a.exe;1,23457E+31;\(sha256)"),
                Sample.entry(2, sha256, comment: "a.exe, MD5=1,23457E+31"),
                Sample.spreadsheetNumber(3, "b.exe;9.8E+31;"),
            ]),
        FormatRow(
            name: "Sysmon: the file's name stands above, labels are no comment",
            text: "Image: C:\\a.exe\nHashes: SHA1=\(sha1),MD5=\(md5),IMPHASH=\(Sample.otherMD5)",
            items: [
                Sample.otherThing(2, Sample.otherMD5, label: "IMPHASH"),
                Sample.entry(2, sha1, md5, comment: "C:\\a.exe", namesOneFile: true),
            ]),
        FormatRow(
            name: "MISP CSV",
            text: """
                uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag
                "5f2c9a1e-1111-4222-8333-444455556666",17,"Payload","md5","\(md5)","Group 1, new",1,1628026874
                "5f2c9a1e-1111-4222-8333-444455556667",17,"Payload","filename|sha1","a.exe|\(sha1)","",1,1
                "5f2c9a1e-1111-4222-8333-444455556668",17,"Network activity","ip-dst","192.0.2.1","",1,1
                """,
            items: [
                Sample.entry(2, md5, comment: "Group 1, new"), Sample.entry(3, sha1, comment: "a.exe"),
            ]),
        FormatRow(
            name: "Markdown table",
            text: """
                | File | Hash | What |
                |------|:----:|------|
                | `a.exe` | `\(md5)` | **Trojan** |
                """, items: [Sample.entry(3, md5, comment: "a.exe, What=Trojan")]),
        FormatRow(
            name: "AsciiDoc table",
            text: """
                [cols="1,2"]
                |===
                |SHA-1 |Name
                |`\(sha1)`|a.exe
                |===
                """, items: [Sample.entry(4, sha1, comment: "a.exe")]),
        FormatRow(
            name: "HTML",
            text: """
                <!DOCTYPE html><table class="x">
                <tr><th>Name</th><th>MD5</th></tr>
                <tr><td><b>a &amp; b</b></td><td>\(md5)</td><td>Trojan</td></tr>
                <a href="https://example.com/file/\(sha1)/">see <i>this</i></a><br/>
                </table>
                """,
            items: [
                Sample.entry(3, md5, comment: "a & b, Trojan"), Sample.entry(4, sha1, comment: "see this"),
            ]),
    ]

    static let textRows = [
        FormatRow(
            name: "mail",
            text: """
                From: Alice <alice@example.com>
                Hello Bob,

                > the file \(md5) was seen (twice), see https://example.com/f/\(sha1)?x=1
                Bye <alice@example.com> \(sha256).
                """,
            items: [
                Sample.entry(
                    4, md5, sha1, comment: "the file was seen (twice), see https://example.com/f/ ?x=1"),
                Sample.entry(5, sha256, comment: "Bye <alice@example.com>"),
            ]),
        FormatRow(
            name: "STIX pattern in a text", text: "[file:hashes.'SHA-256' = '\(sha256)']",
            items: [Sample.entry(1, sha256, comment: "[file:hashes.'SHA-256")]),
    ]
}

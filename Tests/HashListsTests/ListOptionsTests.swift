import Foundation
import HashLists
import Model
import Support
import TestSupport
import Testing

/// What a list says of its own handling in its first lines.
@Suite(.limited(.processor))
struct ListOptionsTests {
    private static let all = Set(JobOptions.Key.allCases)

    private static func lines(_ bytes: some Sequence<UInt8>, chunk: Int = 1 << 20) throws -> [ListOptionLine]
    {
        var parser = HashListParser()
        let bytes = Array(bytes)
        try bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                let part = bytes[start..<min(bytes.count, start + chunk)]
                try parser.consume(UnsafeRawBufferPointer(rebasing: part)) { _ in }
            }
        }
        try parser.finish { _ in }
        return parser.optionLines
    }

    private static func options(_ text: String, allowing allowed: Set<JobOptions.Key> = all) -> JobOptions {
        ListOptions.options(in: [ListOptionLine(number: 1, text: text)], allowing: allowed)
    }

    // MARK: Which lines

    @Test(arguments: [
        "# hashdrop: title=x", "#hashdrop: title=x", "## HashDrop : title=x", " \t#\thashdrop: title=x",
        "# HASHDROP:title=x", "# hashdrop title=x", "#Hashdrop\ttitle = \"x\"", "# hashdrop budget=1 title=x",
    ])
    func aLineWithTheNameBehindASignSetsOptions(line: String) throws {
        let text = "\u{FEFF}# a list\r\n\(line)\r\n\(Sample.md5)\r\n"
        let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for bytes in [Array(text.utf8), little] {
            for chunk in [1, 3, 7, 1_000] {
                let lines = try Self.lines(bytes, chunk: chunk)
                #expect(lines.map(\.number) == [2])
                #expect(ListOptions.options(in: lines, allowing: Self.all).title == "x")
            }
        }
    }

    @Test(arguments: [
        "hashdrop: title=x", "# hashdropped: title=x", "# hash drop: title=x", "# hashdrop by title=x",
        "# hashdroptitle=x", "# hashdrop title", "# hashdrop = title", "# hashdrop", "# hashdrop, title=x",
        "// hashdrop: title=x", "\"# hashdrop: title=x\",1", "a # hashdrop: title=x",
        "{\"# hashdrop: title=x\": 1}\n# hashdrop: title=x",
    ])
    func otherLinesSetNone(line: String) throws {
        #expect(try Self.lines("\(line)\n\(Sample.md5)\n".utf8) == [])
    }

    @Test func onlyTheFirstTwentyLinesCount() throws {
        let lines = (1...25).map { "# hashdrop: budget=\($0)\n" }.joined() + Sample.md5
        let found = try Self.lines(lines.utf8)
        #expect(found.map(\.number) == Array(1...21))
        #expect(ListOptions.options(in: found, allowing: Self.all).budget == 20)
    }

    /// However far below, however it is written, and with whatever stands above it.
    @Test(
        arguments: [21, 22, 400],
        ["# hashdrop: title=x", "#hashdrop budget=7", "## HASHDROP: colour=red", "# hashdrop:"])
    func theFirstLineThatStandsTooLowIsNamed(number: Int, line: String) throws {
        for above in ["# a comment", "", "\(Sample.sha1);x"] {
            var lines = Array(repeating: above, count: number - 1)
            lines[1] = "# hashdrop: by=2026-12-01"
            let text = (lines + [line, "# hashdrop: title=y", Sample.md5]).joined(separator: "\n")
            for chunk in [7, 1_000] {
                let options = ListOptions.options(
                    in: try Self.lines(text.utf8, chunk: chunk), allowing: Self.all)
                #expect(options.by != nil && options.title == nil && options.budget == nil)
                #expect(options.warnings.count == 1)
                #expect(options.warnings.first?.hasPrefix("Line \(number): options count in") == true)
            }
        }
    }

    /// What is no line of options above is none below.
    @Test(arguments: [
        "# hashdrop is a daemon", "hashdrop: title=x", "# hashdropped: a=b", "// hashdrop: a=b",
    ])
    func anotherLineThatStandsLowIsNotNamed(line: String) throws {
        let text = String(repeating: "# a comment\n", count: 30) + "\(line)\n\(Sample.md5)\n"
        #expect(try Self.lines(text.utf8) == [])
    }

    /// Too low it is a comment as any other, also with a digest in it.
    @Test func aLineThatStandsTooLowIsAComment() throws {
        let line = "# hashdrop: compare=\(Sample.sha1)"
        let text = String(repeating: "\n", count: 25) + "\(line)\n\(Sample.md5)\n"
        let items = try Sample.items(text)
        #expect(items == [Sample.commentedOut(26, line), Sample.entry(27, Sample.md5)])
    }

    /// A title is no label of the hashes below it, and a digest in it is no digest of the list.
    @Test(arguments: ["title=\"password hashes\"", "title=imphash", "compare=\(Sample.md5)", "md5,sha1=", ""])
    func aLineOfOptionsSaysNothingOfTheHashes(text: String) throws {
        let list = "\(Sample.md5)\n\(Sample.sha1);x\n"
        let plain = try Sample.items(list)
        let items = try Sample.items("# hashdrop: \(text)\n\(list)")
        #expect(items.map { $0.entry?.hashes } == plain.map { $0.entry?.hashes })
        #expect(items.map { $0.entry?.comment } == plain.map { $0.entry?.comment })
    }

    // MARK: What they say

    @Test func everyKeyIsRead() throws {
        let options = Self.options(
            """
            vendors=Fortinet,"Trend Micro" fresh=2d PRIORITY=Low budget=50 by=2026-12-01T08:00Z \
            compare=iocs.txt outputs=STIX,csv,Lists title="all of ""ours"", once"
            """)
        #expect(options.vendors == ["Fortinet", "Trend Micro"])
        #expect(options.fresh == .seconds(2 * 86_400))
        #expect(options.priority == .low)
        #expect(options.budget == 50)
        #expect(options.by == Date(timeIntervalSince1970: 1_796_112_000))
        #expect(options.compare == "iocs.txt")
        #expect(options.outputs == [.csv, .stix, .lists])
        #expect(options.title == "all of \"ours\", once")
        #expect(options.warnings == [])
    }

    @Test(arguments: [
        ("vendors=", "engines' names"), ("vendors=A,A", "engines' names"), ("vendors=A,B,C,D,E", "engines"),
        ("vendors=A,,B", "engines"), ("fresh=soon", "an age"), ("fresh=-1d", "an age"), ("fresh=", "an age"),
        ("fresh=366d", "an age"), ("priority=high", "low, normal or urgent"), ("budget=many", "requests"),
        ("budget=-1", "requests"), ("by=tomorrow", "a time"), ("by=2026-02-30", "a time"),
        ("by=2026-12-01T25:00Z", "a time"), ("outputs=pdf", "csv, json, stix, lists"), ("outputs=", "csv"),
        ("title=", "a text"), ("compare=\"\"", "a job"), ("colour=red", "there is no option 'colour'"),
        ("title", "is no key=value"), ("title x", "is no key=value"), ("title=\"x", "not closed"),
        ("title = ", "a text"), ("title=\"\" x", "a text"), ("= x", "there is no option"),
        ("vendors=A;;B", "engines"), ("title = \"x", "not closed"),
        ("", "sets no option"), ("title=x title=y", "once more"),
    ])
    func whatCannotBeTakenIsNamed(text: String, problem: String) throws {
        let options = Self.options(text)
        let warning = try #require(options.warnings.first)
        #expect(warning.hasPrefix("Line 1: ") && warning.contains(problem), "\(warning)")
        // What stands beside it is taken all the same.
        #expect(text.contains("\"x") || Self.options("\(text) budget=7").budget == 7)
    }

    /// Every way to write blanks around the sign, with every value.
    @Test(
        arguments: ["=", " =", "= ", " = ", "\t=\t "], ["x", "\"x\"", "\"a = b\"", "\"x=\"\"y\"\"\"", "a;b"])
    func blanksAroundTheEqualsSignSeparateNothing(sign: String, value: String) {
        let expected = Self.options("title=\(value)")
        #expect(expected.title != nil && expected.warnings == [])
        #expect(Self.options("title\(sign)\(value)") == expected)
        let both = Self.options("budget\(sign)7 title\(sign)\(value)  priority\(sign)low")
        #expect(
            both.title == expected.title && both.budget == 7 && both.priority == .low && both.warnings == [])
    }

    @Test(arguments: [
        ("A,B", ["A", "B"]), ("A;B", ["A", "B"]), ("\"A; B,C\"", ["A", "B", "C"]), ("A", ["A"]),
    ])
    func namesAreSeparatedByCommasOrSemicolons(text: String, names: [String]) {
        #expect(Self.options("vendors=\(text)").vendors == names)
        #expect(Self.options("outputs=json;stix").outputs == [.json, .stix])
    }

    @Test(
        arguments: [
            ("2026-12-01T08:00Z", 0), ("2026-12-01T08:00:30z", 30), ("2026-12-01T08:00", 0),
            ("2026-12-01T09:30+01:30", 0), ("2026-12-01T03:00-0500", 0), ("\"2026-12-01 08:00\"", 0),
            ("2026-12-01t10+02", nil), ("2026-12-01", 16 * 3_600), ("1-12-2026", nil),
            ("2026-12-01T08:00ZZ", nil),
            ("2026-12-01T08:00+25:00", nil), ("", nil),
        ] as [(String, Int?)])
    func aTimeIsReadAsISO8601WritesIt(text: String, after eight: Int?) {
        let expected = eight.map { Date(timeIntervalSince1970: 1_796_112_000 + Double($0)) }
        #expect(Self.options("by=\(text)").by == expected)
    }

    /// In any order, on one line or on several, with whatever spaces between.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func howTheOptionsAreSpreadDoesNotMatter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let settings = [
            "vendors=Fortinet,ESET-NOD32", "fresh=12h", "priority=urgent", "budget=12", "by=2026-12-01",
            "compare=a", "outputs=json", "title=\"a = b\"",
        ].filter { _ in generator.below(4) > 0 }
        let expected = Self.options(
            settings.joined(separator: " ") + (settings.isEmpty ? "priority=low" : ""))
        var lines = [ListOptionLine(number: 1, text: settings.isEmpty ? "priority=low" : "")]
        for setting in settings.shuffled(using: &generator) {
            if generator.below(3) == 0, lines.last?.text.isEmpty == false {
                lines.append(ListOptionLine(number: lines.count + 1, text: ""))
            }
            lines[lines.count - 1].text += (generator.below(2) == 0 ? "  " : " \t") + setting
        }
        #expect(ListOptions.options(in: lines, allowing: Self.all) == expected, "seed \(seed)")
    }

    @Test(arguments: JobOptions.Key.allCases)
    func aKeyThatIsNotAllowedIsNamedAndChangesNothing(key: JobOptions.Key) {
        let text = """
            vendors=A fresh=1d priority=low budget=5 by=2026-12-01 compare=a outputs=csv title=x
            """
        let all = Self.options(text)
        let some = Self.options(text, allowing: Self.all.subtracting([key]))
        #expect(some.warnings.count == 1 && some.warnings[0].contains("'\(key.rawValue)' may not be set"))
        #expect(some != all && all.warnings == [])
        let none = Self.options(text, allowing: [])
        #expect(none.warnings.count == 8)
        var silent = none
        silent.warnings = []
        #expect(silent == JobOptions())
    }

    @Test func warningsAreBoundedAndFitToBeShown() throws {
        let text = (0..<3_000).map { "key\($0)\u{202E}=\(String(repeating: "x", count: 100))" }
            .joined(separator: " ")
        let warnings = Self.options(text).warnings
        #expect(warnings.count == 21)
        #expect(try #require(warnings.last).contains("2980 more"))
        #expect(warnings.allSatisfy { !$0.unicodeScalars.contains("\u{202E}") && $0.count < 200 })
        let title = try #require(Self.options("title=\(String(repeating: "a", count: 500))").title)
        #expect(title.count == 120 && title.hasSuffix("…"))
    }
}

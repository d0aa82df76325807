import Foundation
import Model
import TestSupport

/// Rows in which every text from outside is made to harm a reader.
enum HostileRows {
    static let texts = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0", "＝1+1",
        "＠SUM(A1)",
        "a;=HYPERLINK(\"http://a.test\",\"b\");c", "a; \"=1", "a;\t=1", "a,\"b\";-1", "\"", "\"\"", "'", "''",
        "\\",
        "\\u0041", "a;b", "a,b", "<script>alert(1)</script>", "</script>", "<!--", "{{7*7}}",
        "a\r\nb\u{0}c\u{1B}[2Jd",
        "\u{7F}\u{85}\u{9B}", "\u{202E}gpj.exe", "\u{2028}\u{2029}", "\u{FEFF}x", "\u{E0041}\u{1F600}",
        "счёт 请 😀 é e\u{301}",
        "NA", "N/A", "null", "None", "NaN", "#N/A", "true", "1e5", "00012", "12345678901234567890", "1.5",
        "3/4",
        "2024-01-02", " a ", String(repeating: "ä\"", count: 10_000),
    ]

    static let now = Samples.now

    /// For each text a file that has it everywhere and a lookup that failed with it; then hashes that read as
    /// numbers.
    static let all: [ReportRow] =
        texts.enumerated().flatMap { index, text -> [ReportRow] in
            var object = FileObject(
                md5: hash(index, .md5), sha1: hash(index, .sha1), sha256: hash(index, .sha256))
            object.lastAnalysisDate = Date(timeIntervalSince1970: 1_709_210_096)
            object.firstSubmissionDate = Date(timeIntervalSince1970: 1_609_210_096 + Double(index))
            object.meaningfulName = text
            object.typeDescription = text
            object.threatLabel = text
            object.sizeBytes = Int64(index) * 1_000_000_007
            object.reputation = -index
            object.facts = .saying(text, second: "b", number: 1_700_000_000 + index)
            object.engines = [
                "Fortinet": .init(category: .malicious, result: text),
                text: .init(category: .suspicious, result: text),
                "A": .init(category: .malicious), "B": .init(category: .undetected),
                "C": .init(category: .timeout),
                "D": .init(category: .init(rawValue: text)),
            ]
            return [
                Samples.row(.known(object), hash: object.sha1, comment: text, line: index + 1),
                ReportRow(
                    hash: hash(index + 1_000, .md5), state: .failed(reason: text, stale: nil), comment: text,
                    line: index + 1),
            ]
        } + numbers.map { Samples.row(.unknown, hash: FileHash($0)!, line: 1_000) }

    /// The first's digits would be lost in a spreadsheet, and so would the second's, by its exponent.
    static let numbers = [
        String(repeating: "1234567890", count: 4), "0123456789012345678901234e567890",
        String(repeating: "12345678", count: 8),
    ]

    private static func hash(_ number: Int, _ kind: FileHash.Kind) -> FileHash {
        TestSupport.Samples.hash(number, kind)
    }
}

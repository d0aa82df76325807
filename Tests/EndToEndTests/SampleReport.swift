import FileSystem
import Foundation
import Model
import Reporting
import TestSupport

/// A report without a daemon, as it lies on a share: written from invented rows into a folder of its own.
struct SampleReport {
    let folder = TemporaryFolder()

    var url: String { "file://" + folder.path("report.html") }

    /// Values that would like to be something else than text.
    static let hostile = [
        "<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">",
        "\"'><svg onload=alert(1)>", "</pre></table><h1>gone</h1>", "{{7*7}} ${7*7} &lt;b&gt; &amp;",
        "=HYPERLINK(\"http://127.0.0.1/\";\"x\")", "@SUM(1+1)*cmd|' /C calc'!A0",
        "evil\u{202E}fdp.exe\u{2066}\u{200F}", "nul\u{0}bell\u{7}\u{1B}[31mred\r\nline\u{2028}",
        "tab\tfield\tfield",
        "javascript:alert(1)", "עברית.exe", "e" + String(repeating: "\u{301}", count: 9_999),
        String(repeating: "W", count: 10_000),
    ]

    init(
        _ state: JobState = .done, rows: [ReportRow], options: ReportOptions = SampleReport.options(),
        name: String = "suspicious-downloads.txt", _ change: (inout ReportInput) -> Void = { _ in }
    ) throws {
        var job = Samples.job(name: name, state: state)
        job.inputSHA256 = Samples.hash(4_711)
        job.inputBytes = 12_345
        job.counts.hashes = rows.count
        for row in rows { job.counts.byVerdict[row.verdict(options.policy), default: 0] += 1 }
        job.requestCost = .init(requestsSent: rows.count * 2 / 3, savedByCache: rows.count / 3)
        var input = ReportInput(job: job, now: Samples.now)
        input.statistics = Self.statistics(rows)
        change(&input)
        try ReportWriter(options: options).writeHTML(input, in: Directory.open(path: folder.path(""))) {
            try rows.forEach($0)
        }
    }

    static func options(inFull: Int = 2_000) -> ReportOptions {
        ReportOptions(htmlRowsInFullMax: inFull, isSimulated: false, version: "test")
    }

    /// Rows of every verdict, the most severe first, as the database gives them.
    static func rows(_ count: Int) -> [ReportRow] {
        (0..<count).map { index in
            let kind = [FileHash.Kind.md5, .sha1, .sha256][index % 3]
            var row = ReportRow(
                hash: Samples.hash(index, kind), state: .waiting(stale: nil),
                comment: index % 2 == 0 ? "ticket \(index)" : nil, line: index + 1)
            row.state =
                switch index * 10 / max(count, 1) {
                case 0...4: answered(file(index, detections: 9 - index * 12 / max(count, 1)))
                case 5: answered(file(index, detections: 1))
                case 6: .failed(reason: "VirusTotal refused the request (400).", stale: nil)
                case 7, 8: .answered(.init(answer: .unknown, askedAt: Samples.now - 7_200))
                default: answered(file(index, detections: 0))
                }
            return row
        }
    }

    private static func answered(_ file: FileObject) -> ReportRow.State {
        .answered(.init(answer: .known(file), askedAt: Samples.now - 3_600))
    }

    private static func file(_ number: Int, detections: Int) -> FileObject {
        var file = Samples.file(number, detections: detections)
        file.engines["Fortinet"] =
            detections > 0
            ? .init(category: .malicious, result: "W32/Agent.\(number)!tr")
            : .init(category: .typeUnsupported)
        file.firstSubmissionDate = Samples.now - Double(86_400 * (40 + number * 37 % 900))
        file.lastAnalysisDate = Samples.now - Double(86_400 * (number * 11 % 300))
        file.meaningfulName = ["invoice.scr", "setup_final (1).exe", "letter.doc"][number % 3]
        file.typeDescription = ["Win32 EXE", "Android", "Office Open XML Document"][number % 3]
        file.sizeBytes = Int64(1_000 + number * 7_919)
        file.facts = facts(number)
        if detections > 2 { file.threatLabel = "trojan.\(["emotet", "qakbot", "joker"][number % 3])/agent" }
        return file
    }

    /// One row for each hostile value, which is in all of its fields.
    static func hostileRows() -> [ReportRow] {
        hostile.enumerated().map { index, value in
            var file = Samples.file(index, detections: 0)
            file.engines = [value: .init(category: .malicious, result: value)]
            file.engines["Fortinet"] = .init(category: .malicious, result: value)
            file.meaningfulName = value
            file.threatLabel = value
            file.typeDescription = value
            file.facts = .saying(value, second: value)
            return ReportRow(
                hash: Samples.hash(index), state: answered(file), comment: value, line: index + 1)
        }
    }

    private static func statistics(_ rows: [ReportRow]) -> JobStatistics {
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 0)
        for row in rows { tally.add(row) }
        return tally.statistics
    }

    /// Facts of which every fifth file has none, because it was asked before there were any.
    private static func facts(_ number: Int) -> FileFacts? {
        guard number % 5 != 4 else { return nil }
        var facts = FileFacts()
        facts.add(.typeTag, "peexe")
        facts.add(.tags, ["overlay", "detect-debug-environment"])
        facts.add(.names, ["invoice.scr", "счёт.exe"])
        let signatures: [SignatureState] = [.valid, .revoked, .unsigned, .invalid]
        facts.add(.signature, signatures[number % 4].rawValue)
        if number % 4 != 2 { facts.add(.signers, ["Example Corporation", "Example Root CA"]) }
        facts.add(.timesSubmitted, 1 + number * 17)
        facts.add(.uniqueSources, 1 + number * 11)
        if number % 6 == 0 { facts.add(.distributors, ["Kali", "NSRL"]) }
        facts.add(.sandboxes, elements: [["Zenbox", "malicious", "98"], ["C2AE", "harmless", nil]])
        if number % 3 == 0 { facts.add(.yaraRules, elements: [["SUSP_Rule", "gen", nil, nil]]) }
        if number % 6 == 1 { facts.add(.sigmaCounts, elements: [["0", "2", "1", "0"]]) }
        facts.add(.aiNotes, elements: [["It opens doors and closes them.", "Code Insight", "malicious"]])
        return facts
    }
}

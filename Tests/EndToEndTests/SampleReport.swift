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
            return ReportRow(
                hash: Samples.hash(index), state: answered(file), comment: value, line: index + 1)
        }
    }

    private static func statistics(_ rows: [ReportRow]) -> JobStatistics {
        let files = rows.compactMap { row in row.answer?.fileObject.map { (row.verdict(.init()), $0) } }
        func tally(_ word: Verdict) -> VerdictTally {
            switch word {
            case .malicious: VerdictTally(malicious: 1)
            case .suspicious: VerdictTally(suspicious: 1)
            default: VerdictTally(others: 1)
            }
        }
        func ranking(_ key: (FileObject) -> String?) -> Ranking {
            var tallies: [String: VerdictTally] = [:]
            for (word, file) in files { key(file).map { tallies[$0, default: .init()] += tally(word) } }
            let ranked = tallies.sorted { $0.value.total > $1.value.total }
            return Ranking(
                top: ranked.prefix(8).map { .init(name: $0.key, tally: $0.value) }, valuesTotal: ranked.count)
        }
        func timeline(_ key: (FileObject) -> Date?) -> Timeline {
            var days: [Int: VerdictTally] = [:]
            for (word, file) in files {
                key(file).map {
                    days[Int($0.timeIntervalSince1970 / 86_400), default: .init()] += tally(word)
                }
            }
            var builder = TimelineBuilder(now: Samples.now)
            for (day, tally) in days.sorted(by: { $0.key < $1.key }) { builder.add(tally, day: day) }
            return builder.timeline
        }
        return JobStatistics(
            files: files.reduce(into: .init()) { $0 += tally($1.0) }, families: ranking(\.threatLabel),
            types: ranking(\.typeDescription), firstSeen: timeline(\.firstSubmissionDate),
            lastScanned: timeline(\.lastAnalysisDate))
    }
}

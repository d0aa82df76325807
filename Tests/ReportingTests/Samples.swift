import FileSystem
import Foundation
import Model
import Reporting

/// Values and a scratch folder that the tests of this target share.
struct Samples {
    static let now = Date(timeIntervalSince1970: 1_795_464_645)  // 2026-11-23T20:10:45Z
    static let md5 = FileHash(String(repeating: "1a", count: 16))!
    static let sha1 = FileHash(String(repeating: "2b", count: 20))!
    static let sha256 = FileHash(String(repeating: "3c", count: 32))!

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reporting-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func directory() throws -> Directory { try Directory.open(path: folder.path(percentEncoded: false)) }

    static func writer(
        vendors: [String] = ["Fortinet"], htmlRowsMax: Int = 10_000, htmlRowsInFullMax: Int = 2_000,
        isSimulated: Bool = false
    ) -> ReportWriter {
        ReportWriter(
            options: .init(
                vendors: vendors, htmlRowsMax: htmlRowsMax, htmlRowsInFullMax: htmlRowsInFullMax,
                isSimulated: isSimulated, version: "1.2.3"))
    }

    static func object(_ engines: [String: EngineFinding]) -> FileObject {
        var object = FileObject(md5: md5, sha1: sha1, sha256: sha256)
        object.engines = EngineFindings(engines)
        if !engines.isEmpty { object.lastAnalysisDate = Date(timeIntervalSince1970: 1_709_210_096) }
        return object
    }

    static func row(
        _ answer: LookupAnswer.Answer, hash: FileHash = sha256, comment: String? = nil, line: Int = 1
    ) -> ReportRow {
        ReportRow(
            hash: hash, state: .answered(.init(answer: answer, askedAt: now)), comment: comment, line: line)
    }

    static func input(_ state: JobState, rows: [ReportRow], name: DroppedName = .init("list.txt"))
        -> ReportInput
    {
        var counts = JobCounts(hashes: rows.count)
        for row in rows { counts.byVerdict[row.verdict(.init()), default: 0] += 1 }
        let job = Job(
            id: JobID("20261123-195045-k3f9x")!, user: UserName("alice")!, droppedName: name, state: state,
            receivedAt: now.addingTimeInterval(-600), inputBytes: 123, inputSHA256: sha256, counts: counts)
        return ReportInput(job: job, now: now)
    }

    /// Writes the page and gives its text back.
    func html(_ input: ReportInput, rows: [ReportRow], by writer: ReportWriter = Samples.writer()) throws
        -> String
    {
        try writer.writeHTML(input, in: directory()) { visit in try rows.forEach(visit) }
        return try text("report.html")
    }

    /// Writes the tables.
    func writeTables(_ rows: [ReportRow], by writer: ReportWriter = Samples.writer()) throws {
        try writer.writeTables(Self.input(.done, rows: rows), in: directory()) { visit in
            try rows.forEach(visit)
        }
    }

    /// Writes the tables and reads the CSV back: the header, then the records.
    func csv(_ rows: [ReportRow], by writer: ReportWriter = Samples.writer()) throws -> [[String]] {
        try writeTables(rows, by: writer)
        return try csvRecords()
    }

    func csvRecords() throws -> [[String]] {
        CSVReader.records(in: String(try text("report.csv").unicodeScalars.drop { $0 == "\u{FEFF}" }))
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted() }
    }
}

/// A reader of RFC 4180, written from the RFC and not from the writer.
enum CSVReader {
    static func records(in text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var cell = ""
        var isQuoted = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                cell.append("\"")
                scalars.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                record.append(cell)
                cell = ""
            case "\r" where !isQuoted && scalars.first == "\n":
                scalars.removeFirst()
                records.append(record + [cell])
                (record, cell) = ([], "")
            default: cell.unicodeScalars.append(scalar)
            }
        }
        return cell.isEmpty && record.isEmpty ? records : records + [record + [cell]]
    }
}

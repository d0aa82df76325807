import Foundation
import Model
import Reporting
import Store
import TestSupport

// Every final job has all its files, and they tell what the database does.
extension Simulation {
    func checkReports(_ jobs: [Inspector.JobFacts]) throws {
        for job in jobs {
            if witness.firstSeen[job.id] == nil { witness.firstSeen[job.id] = now }
            if job.state.isFinal {
                witness.finalSince[job.id] = witness.finalSince[job.id] ?? now
                if job.isPublished, witness.read.insert(job.id).inserted { try readReport(of: job) }
            } else {
                try checkPartialReport(of: job)
            }
        }
    }

    private func status(of job: Inspector.JobFacts) throws -> StatusDocument? {
        let path = reportFolder(of: job) + "/" + ReportWriter.FileName.status
        return try FileManager.default.contents(atPath: path).map { try StatusDocument(json: $0) }
    }

    /// A running job's report may be older than the database, and is of one moment all the same.
    private func checkPartialReport(of job: Inspector.JobFacts) throws {
        guard let status = try status(of: job), status.state == "running" else { return }
        let csv = reportFolder(of: job) + "/" + ReportWriter.FileName.csv
        guard !FileManager.default.fileExists(atPath: csv) else {
            throw Violation("Job \(job.id) runs, and its report.csv says that it is over.")
        }
        try checkSum(of: status, job)
    }

    private func checkSum(of status: StatusDocument, _ job: Inspector.JobFacts) throws {
        let counts = status.counts
        let sum =
            counts.malicious + counts.suspicious + counts.failed + counts.noResults + counts.unknown
            + counts.clean + counts.notAsked + counts.waiting + (counts.allowed ?? 0)
        guard sum == counts.hashes, counts.hashes == job.hashes else {
            throw Violation("The status of job \(job.id) does not add up: \(counts), and \(job.hashes) rows.")
        }
    }

    /// Reads a final report as its user would.
    private func readReport(of job: Inspector.JobFacts) throws {
        let folder = reportFolder(of: job)
        var names: Set = [
            ReportWriter.FileName.html, ReportWriter.FileName.status, ReportWriter.FileName.input,
        ]
        if job.state.hasTables { names.formUnion(scenario.reports.tableFiles) }
        if let changes = try status(of: job)?.report.changes { names.insert(changes) }
        let found = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
        // Of the lists' folder readTables tells.
        guard found.subtracting([ReportWriter.FileName.lists]) == names else {
            throw Violation(
                "The report of \(job.id) (\(job.state)) has \(found.sorted()), not \(names.sorted()).")
        }
        guard let status = try status(of: job), status.state == job.state.rawValue else {
            throw Violation("The status of job \(job.id) does not say that it is \(job.state).")
        }
        try checkSum(of: status, job)
        let counts = status.counts
        let open = job.state == .cancelled ? counts.notAsked : counts.waiting
        guard open == job.openRows, counts.failed == job.failedRows, counts.duplicates == job.duplicates,
            counts.unusableLines == job.unusable
        else { throw Violation("The status of \(job.id) says \(counts); the database says \(job).") }
        let html = try String(contentsOfFile: "\(folder)/\(ReportWriter.FileName.html)", encoding: .utf8)
        guard html.hasPrefix("<!DOCTYPE html>"), html.hasSuffix("</html>\n"), html.contains("\(job.id)")
        else {
            throw Violation("The page of job \(job.id) is not a whole page.")
        }
        if job.state.hasTables { try readTables(of: job, in: folder) }
    }

    /// The tables have the list's hashes in their order, each with the answer that is right.
    private func readTables(of job: Inspector.JobFacts, in folder: String) throws {
        var rows: [ReportRow] = []
        try inspector.database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        let table = CSVReader.table(
            try Data(contentsOf: URL(filePath: "\(folder)/\(ReportWriter.FileName.csv)")))
        guard let header = table.first, let state = header.firstIndex(of: "state") else {
            throw Violation("The CSV of job \(job.id) has no header.")
        }
        guard table.count - 1 == job.hashes, rows.count == job.hashes else {
            throw Violation(
                "The CSV of \(job.id) has \(table.count - 1) rows; the job has \(job.hashes) hashes.")
        }
        for (cells, row) in zip(table.dropFirst(), rows) {
            guard cells.count == header.count, cells[0].trimmingPrefix("'") == row.hash.hexadecimal else {
                throw Violation("A row of the CSV of job \(job.id) is not that of \(row.hash): \(cells)")
            }
            try check(row, cells[state], of: job)
        }
        try checkLists(of: job, in: folder, table)
        let lines = try String(contentsOfFile: "\(folder)/\(ReportWriter.FileName.json)", encoding: .utf8)
            .split(separator: "\n")
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        guard lines.count == job.hashes else {
            throw Violation(
                "The JSON of \(job.id) has \(lines.count) rows; the job has \(job.hashes) hashes.")
        }
        guard scenario.writesSTIX else { return }
        _ = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: "\(folder)/\(ReportWriter.FileName.stix)")))
    }

    /// The lists hold the table's hashes by verdict, in its order, and there is no other file.
    private func checkLists(of job: Inspector.JobFacts, in folder: String, _ table: [[String]]) throws {
        guard let verdict = table[0].firstIndex(of: "verdict") else {
            throw Violation("The CSV of job \(job.id) has no verdicts.")
        }
        var wanted: [String: String] = [:]
        for cells in table.dropFirst() where cells[verdict] != "waiting" {
            wanted["\(cells[verdict]).txt", default: ""] += "\(cells[0].trimmingPrefix("'"))\n"
        }
        let path = "\(folder)/\(ReportWriter.FileName.lists)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let found = try Dictionary(
            uniqueKeysWithValues: names.map { name in
                (name, try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8))
            })
        guard found == wanted else {
            throw Violation("The lists of job \(job.id) do not hold what its table does: \(names.sorted())")
        }
    }

    private func check(_ row: ReportRow, _ word: String, of job: Inspector.JobFacts) throws {
        let words: [String]
        switch row.state {
        case .answered(let verdict):
            guard verdict.answer == virusTotal.catalogue.answer(to: row.hash) else {
                throw Violation("Job \(job.id) has a wrong answer for \(row.hash): \(verdict)")
            }
            words = ["answered", "unknown", "no-results"]
        case .failed: words = ["failed"]
        case .notAsked: words = ["not-asked"]
        // The answer was forgotten in the moment in which the report was written: it is the right one.
        case .waiting where job.state == .done:
            words =
                virusTotal.catalogue.answer(to: row.hash) == .unknown
                ? ["unknown"] : ["answered", "no-results"]
        case .waiting: words = []
        }
        guard words.contains(word) else {
            throw Violation("The CSV of \(job.id) says '\(word)' of \(row.hash); it is \(row.state).")
        }
    }
}

/// Reads CSV as RFC 4180 has it.
enum CSVReader {
    static func table(_ data: Data) -> [[String]] {
        var table: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        func endCell() {
            row.append(String(decoding: cell, as: UTF8.self))
            cell = []
        }
        for byte in data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: endCell()
            case 0x0D where !isQuoted: break
            case 0x0A where !isQuoted:
                endCell()
                table.append(row)
                row = []
            default: cell.append(byte)
            }
        }
        return table
    }
}

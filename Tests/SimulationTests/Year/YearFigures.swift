import Foundation
import GRDB
import Glibc
import Support
import TestSupport

@testable import Store

/// What was measured at one moment of a long life.
struct YearFigures: Sendable {
    var label: String
    var at: Date
    /// In this period.
    var lists = 0
    var requests = 0

    var databaseBytes = 0
    var freePages = 0
    var pageBytes = 0
    /// Of the database: its tables `file` and `answer` with their indexes.
    var cacheBytes = 0
    /// Of its log, while the daemon ran.
    var logBytes = 0
    /// By table.
    var rows: [String: Int] = [:]
    var oldestRequest: Date?
    var oldestEnd: Date?

    /// Folders of reports, and all bytes under the reports' folder.
    var reportFolders = 0
    var reportBytes = 0
    /// Names in the daemon's own folder, while it is stopped.
    var stateNames: [String] = []

    /// By this test's own account: the requests of 31 days, and the answers that are kept.
    var requestsOf31Days = 0
    var filesKept = 0
    var answersKept = 0

    var residentBytes = 0
    var startSeconds = 0.0

    /// The database without the verdict cache, free pages among it.
    var otherBytes: Int { databaseBytes - cacheBytes }

    init(label: String, at: Date) {
        self.label = label
        self.at = at
    }

    /// Of this process, which holds the simulation too.
    static func residentBytes() throws -> Int {
        let words = try String(contentsOfFile: "/proc/self/statm", encoding: .ascii).split(separator: " ")
        return Int(words[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// 0 if there is no such file.
    static func size(of path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }

    /// Those of the disk, while the daemon is stopped.
    mutating func measure(databasePath: String, in folder: TemporaryFolder) throws {
        databaseBytes = Self.size(of: databasePath)
        let database = try HashdropDatabase(path: databasePath, endpoint: nil)
        try database.pool.read { db in try measure(db) }
        try database.pool.close()
        let manager = FileManager.default
        stateNames = try manager.contentsOfDirectory(atPath: folder.path("spool/.hashdrop")).sorted()
        let reports = folder.path("reports")
        for path in try manager.subpathsOfDirectory(atPath: reports) {
            let attributes = try manager.attributesOfItem(atPath: "\(reports)/\(path)")
            if attributes[.type] as? FileAttributeType == .typeDirectory {
                // A user's folder has none above it; that of a job's lists lies in the job's.
                if path.split(separator: "/").count == 2 { reportFolders += 1 }
            } else {
                reportBytes += attributes[.size] as? Int ?? 0
            }
        }
    }

    private mutating func measure(_ db: Database) throws {
        pageBytes = try Int.fetchOne(db, sql: "PRAGMA page_size")!
        freePages = try Int.fetchOne(db, sql: "PRAGMA freelist_count")!
        cacheBytes = try Int.fetchOne(
            db,
            sql: """
                SELECT sum(pgsize) FROM dbstat CROSS JOIN sqlite_master USING (name)
                WHERE tbl_name IN ('file', 'answer')
                """)!
        let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        for table in tables { rows[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")! }
        func date(_ sql: String) throws -> Date? {
            try Int64.fetchOne(db, sql: sql).map(Date.init(milliseconds:))
        }
        oldestRequest = try date("SELECT min(sentAt) FROM request")
        oldestEnd = try date("SELECT min(finishedAt) FROM job WHERE stage = 1 AND isPublished")
    }

    /// What must be there by the simulated VirusTotal's account.
    mutating func measure(_ virusTotal: YearVirusTotal, keepAnswers: Duration) {
        requestsOf31Days = virusTotal.account.sent(since: at - .seconds(31 * 86_400))
        (filesKept, answersKept) = virusTotal.answers(since: at - keepAnswers)
    }

    // MARK: The table

    private static let columns: [(title: String, value: @Sendable (YearFigures) -> String)] = [
        ("until the end of", { $0.label }),
        ("lists", { "\($0.lists)" }),
        ("requests", { "\($0.requests)" }),
        ("database, MiB", { mebibytes($0.databaseBytes) }),
        ("of it answers", { mebibytes($0.cacheBytes) }),
        ("all else", { mebibytes($0.otherBytes) }),
        ("free pages", { "\($0.freePages)" }),
        ("log, MiB", { mebibytes($0.logBytes) }),
        ("answers", { "\($0.rows["answer", default: 0])" }),
        ("jobs", { "\($0.rows["job", default: 0])" }),
        ("their hashes", { "\($0.rows["jobHash", default: 0])" }),
        ("ledger", { "\($0.rows["request", default: 0])" }),
        ("sessions, browsers", { "\($0.rows["session", default: 0]), \($0.rows["device", default: 0])" }),
        ("report folders", { "\($0.reportFolders)" }),
        ("reports, MiB", { mebibytes($0.reportBytes) }),
        ("memory, MiB", { mebibytes($0.residentBytes) }),
        ("start, s", { String(format: "%.2f", $0.startSeconds) }),
    ]

    private static func mebibytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 0x1p20) }

    /// A table in Markdown, a line a moment.
    static func table(_ figures: [YearFigures]) -> String {
        func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
        let head = [columns.map(\.title), columns.indices.map { $0 == 0 ? "---" : "---:" }]
        return (head + figures.map { figures in columns.map { $0.value(figures) } }).map(line)
            .joined(separator: "\n")
    }
}

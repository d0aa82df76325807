import Foundation
import GRDB
package import Model

/// What a report shows.
package struct ReportRowStore: Sendable {
    let pool: DatabasePool

    /// Calls `body` with a job as the database holds it at one moment, so that all of its numbers and rows
    /// agree; nil if there is no such job. Blocks its thread; what `body` throws ends it.
    package func read<Result>(_ id: JobID, _ body: (JobSnapshot) throws -> Result) throws -> Result? {
        try pool.read { db in
            guard
                let found = try Row.fetchOne(
                    db, sql: "SELECT id, state FROM job WHERE name = ? AND stage = 1",
                    arguments: [id.description])
            else { return nil }
            let isCancelled = found[1] == JobState.cancelled.rawValue
            return try body(
                JobSnapshot(rowID: found[0], id: id, open: isCancelled ? .notAsked : .waiting, db: db))
        }
    }
}

/// A job at one moment. Its rows are streamed: memory does not grow with the list.
package struct JobSnapshot {
    let rowID: Int64
    let id: JobID
    /// What a row without an answer is.
    let open: Verdict
    let db: Database

    package enum Order: Sendable {
        /// As the list names them. To find the rows whose file an earlier one has costs up to three look-ups
        /// a row.
        case list(findsRepeatedFiles: Bool)
        package static var list: Self { .list(findsRepeatedFiles: false) }
        /// The most alarming first, at most so many of them.
        case severity(VerdictThresholds, limit: Int)
    }

    /// The job itself.
    package func job() throws -> Job? { try JobRecord.job(rowID, in: db) }

    /// Whether the job's final report stands in its folder.
    package func isPublished() throws -> Bool { try JobStore.isPublished(id, in: db) }

    /// What the list holds that is not looked up (`JobStore.unusableLines`).
    package func unusableLines(limit: Int) throws -> [UnusableLine] {
        try JobStore.unusableLines(of: id, limit: limit, in: db)
    }

    /// Visits the rows.
    package func forEachRow(order: Order, _ visit: (ReportRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: Self.query(order, open: open), arguments: ["job": rowID])
        while let row = try rows.next() { try visit(Self.reportRow(row, open: open)) }
    }

    /// How many rows there are of each verdict.
    package func counts(thresholds: VerdictThresholds) throws -> [Verdict: Int] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT \(Self.rank(thresholds, open: open)) AS rank, count(*)
                FROM jobHash \(Self.join) WHERE jobID = :job GROUP BY rank
                """, arguments: ["job": rowID])
        return Dictionary(
            uniqueKeysWithValues: rows.map { (Verdict.allCases[$0[0] as Int], $0[1] as Int) })
    }

    private static let join = """
        LEFT JOIN answer ON answer.hash = coalesce(jobHash.askedAs, jobHash.hash)
        LEFT JOIN file ON file.id = answer.fileID
        """

    // The verdict's place in `Verdict.allCases`, which is the order of severity.
    private static func rank(_ thresholds: VerdictThresholds, open: Verdict) -> String {
        func place(_ word: Verdict) -> Int { Verdict.allCases.firstIndex(of: word)! }
        return """
            CASE WHEN state < 2 THEN \(place(open)) WHEN state = 3 THEN \(place(.failed))
                WHEN answer.fileID IS NULL THEN \(place(.unknown))
                WHEN file.engineCount = 0 THEN \(place(.noResults))
                WHEN file.detectionCount >= \(thresholds.maliciousFrom) THEN \(place(.malicious))
                WHEN file.detectionCount >= \(thresholds.suspiciousFrom) THEN \(place(.suspicious))
                ELSE \(place(.clean)) END
            """
    }

    private static func query(_ order: Order, open: Verdict) -> String {
        var repeated = "0"
        if case .list(findsRepeatedFiles: true) = order { repeated = isRepeated }
        let columns = """
            SELECT jobHash.hash, state, jobHash.askedAs, reason, line, occurrences, comment, answer.hash,
                answer.askedAt, \(repeated), \(FileRecord.columns)
            """
        switch order {
        case .list:
            // The narrow rows are sorted, before the wide ones are joined to them. A limit keeps SQLite from
            // merging the inner query into the outer one (its documentation, "The SQLite Query Optimizer",
            // 10, rule 6), which then gives out the rows in the inner one's order.
            return """
                \(columns)
                FROM (SELECT * FROM jobHash WHERE jobID = :job ORDER BY position LIMIT -1) AS jobHash \(join)
                """
        case .severity(let thresholds, let limit):
            // Sort the keys alone and fetch the wide columns for the winners only.
            return """
                WITH first AS MATERIALIZED (
                    SELECT jobHash.hash AS listed, position, \(rank(thresholds, open: open)) AS rank,
                        file.detectionCount AS detections
                    FROM jobHash \(join) WHERE jobID = :job
                    ORDER BY rank, detections DESC, position LIMIT \(limit))
                \(columns) FROM first
                    JOIN jobHash ON jobID = :job AND jobHash.hash = first.listed \(join)
                ORDER BY rank, detections DESC, jobHash.position
                """
        }
    }

    /// Another name of the row's file stands earlier in the list, and is answered by that file.
    private static let isRepeated = """
        answer.fileID IS NOT NULL AND EXISTS (
            SELECT 1 FROM jobHash earlier JOIN answer other ON other.hash = earlier.hash
            WHERE earlier.jobID = :job AND earlier.hash IN (file.md5, file.sha1, file.sha256)
                AND earlier.position < jobHash.position AND other.fileID = answer.fileID)
        """

    private static func reportRow(_ row: Row, open: Verdict) throws -> ReportRow {
        let hash = try FileHash(column: row[0])
        var answer: LookupAnswer?
        if row[7] as Data? != nil {
            let object = try FileRecord.object(from: row, at: 10)
            answer = LookupAnswer(
                answer: object.map(LookupAnswer.Answer.known) ?? .unknown, askedAt: Date(milliseconds: row[8])
            )
        }
        let state: ReportRow.State
        switch (row[1] as Int, answer) {
        case (2, let answer?): state = .answered(answer)
        case (3, _): state = .failed(reason: row[3], stale: answer)
        case _ where open == .notAsked: state = .notAsked(stale: answer)
        default: state = .waiting(stale: answer)
        }
        return ReportRow(
            hash: hash, state: state, comment: row[6], line: row[4], occurrences: row[5],
            askedAs: try (row[2] as Data?).map(FileHash.init(column:)), isFileRepeated: row[9])
    }
}

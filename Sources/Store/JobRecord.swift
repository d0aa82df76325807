import Foundation
import GRDB
import Model

/// One row of `job`.
enum JobRecord {
    static func insert(_ job: Job, in db: Database) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO job (name, user, droppedName, state, reason, receivedAt, finishedAt, inputBytes,
                    inputSHA256, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.id.description, job.user.description, Data(job.droppedName.bytes), job.state.rawValue,
                job.reason, job.receivedAt.milliseconds, job.finishedAt?.milliseconds, job.inputBytes,
                job.inputSHA256?.data, job.evidence,
            ])
        return db.lastInsertedRowID
    }

    /// Counts what the intake wrote; a job with nothing open is done, one without a hash refused.
    static func finishIntake(
        _ rowID: Int64, mentions: Int, unusable: Int, now: Date, in db: Database
    ) throws {
        let counts = try Row.fetchOne(
            db,
            sql: "SELECT count(*), coalesce(sum(state < 2), 0) FROM jobHash WHERE jobID = ?",
            arguments: [rowID])!
        let hashes: Int = counts[0]
        let open: Int = counts[1]
        let state: JobState = hashes == 0 ? .refused : open == 0 ? .done : .running
        try db.execute(
            sql: """
                UPDATE job SET hashCount = ?, openCount = ?, duplicateCount = ?, unusableCount = ?, state = ?,
                    reason = ?, finishedAt = ? WHERE id = ?
                """,
            arguments: [
                hashes, open, mentions - hashes, unusable, state.rawValue,
                hashes == 0 ? noHashReason(unusable: unusable) : nil,
                state == .running ? nil : now.milliseconds, rowID,
            ])
    }

    private static func noHashReason(unusable: Int) -> String {
        let found =
            unusable == 0
            ? "The file holds no hash"
            : "The file holds no hash that VirusTotal can look up (\(unusable) \(unusable == 1 ? "line has something like one" : "lines have something like one"): its report lists them)"
        return found
            + "; drop a text file with MD5, SHA-1 or SHA-256 hashes: 32, 40 or 64 hexadecimal digits."
    }

    static func job(_ rowID: Int64, in db: Database) throws -> Job? {
        try fetch(db, "WHERE id = ?", [rowID]).first
    }

    static func fetch(_ db: Database, _ condition: String, _ arguments: StatementArguments) throws -> [Job] {
        try Row.fetchAll(db, sql: "SELECT * FROM job \(condition)", arguments: arguments).map(job)
    }

    private static func job(_ row: Row) throws -> Job {
        guard let id = JobID(row["name"] as String), let user = UserName(row["user"] as String),
            let state = JobState(rawValue: row["state"])
        else {
            throw StoreError(.notOurs, "The database holds a job that cannot be read; restore a backup.")
        }
        let hashes: Int = row["hashCount"]
        let open: Int = row["openCount"]
        let duplicates: Int = row["duplicateCount"]
        return Job(
            id: id, user: user, droppedName: DroppedName(bytes: row["droppedName"] as Data), state: state,
            reason: row["reason"], receivedAt: Date(milliseconds: row["receivedAt"]),
            finishedAt: (row["finishedAt"] as Int64?).map(Date.init(milliseconds:)),
            inputBytes: row["inputBytes"],
            inputSHA256: try (row["inputSHA256"] as Data?).map(FileHash.init(column:)),
            evidence: row["evidence"],
            counts: JobCounts(
                hashes: hashes, duplicates: duplicates, unusableLines: row["unusableCount"],
                words: words(row["words"], open: open, isRunning: state == .running)),
            stewardship: Stewardship(
                requestsSent: row["requestsSent"], savedByCache: row["savedByCache"],
                savedByAlias: row["savedByAlias"], savedBySharing: row["savedBySharing"],
                savedByDuplicates: duplicates))
    }

    /// The verdicts as last reported, so that a running job's numbers are all of one moment; before the first report the
    /// rows that wait.
    private static func words(_ text: String, open: Int, isRunning: Bool) -> [VerdictWord: Int] {
        var words: [VerdictWord: Int] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: " ")
            guard pair.count == 2, let word = VerdictWord(rawValue: String(pair[0])) else { continue }
            words[word] = Int(pair[1])
        }
        if words.isEmpty || !isRunning { words[.waiting] = open }
        return words
    }
}

import Foundation
import GRDB
import Model

/// One row of `job`.
enum JobRecord {
    /// - Parameter isComplete: false while its list is imported.
    static func insert(_ job: Job, isComplete: Bool = true, in db: Database) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO job (name, user, droppedName, state, reason, receivedAt, finishedAt, inputBytes,
                    inputSHA256, evidence, stage, options) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            job.id.description, job.user.description, Data(job.droppedName.bytes), job.state.rawValue,
            job.reason, job.receivedAt.milliseconds, job.finishedAt?.milliseconds, job.inputBytes,
            job.inputSHA256?.data, job.evidence, isComplete ? 1 : 0, try column(job.options),
        ])
        return db.lastInsertedRowID
    }

    /// The options as they are stored; nil if there are none.
    private static func column(_ options: JobOptions) throws -> String? {
        if options == JobOptions() { return nil }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(options), as: UTF8.self)
    }

    /// The options in a row's column. What cannot be read holds up no job: it sets nothing.
    static func options(_ column: String?) -> JobOptions {
        guard let column else { return JobOptions() }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return (try? decoder.decode(JobOptions.self, from: Data(column.utf8))) ?? JobOptions()
    }

    /// Whether answers are written into a job's rows: it runs, or is about to.
    static let isServed = "job.state = 'running' AND job.stage < 2"

    /// Counts the slice of the rows after one hash and up to another. Sums are added to, for answers may have
    /// come for earlier slices meanwhile.
    static func addToCounts(
        _ rowID: Int64, after hash: FileHash?, upTo last: FileHash?, in db: Database
    ) throws {
        guard let last else { return }
        let slice = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*), coalesce(sum(state < 2), 0), coalesce(sum(state = 2), 0) FROM jobHash
                    WHERE jobID = ? AND hash > ? AND hash <= ?
                    """), arguments: [rowID, hash?.data ?? Data(), last.data])!
        let (hashes, open, cached): (Int, Int, Int) = (slice[0], slice[1], slice[2])
        let shared =
            open > 0 ? try countShared(rowID, after: hash?.data ?? Data(), upTo: last.data, in: db) : 0
        try db.cachedStatement(
            sql: """
                UPDATE job SET hashCount = hashCount + ?, openCount = openCount + ?,
                    savedByCache = savedByCache + ?, sharedCount = sharedCount + ? WHERE id = ?
                """
        ).execute(arguments: [hashes, open, cached, shared, rowID])
    }

    /// How many hashes of a slice are asked for another job anyway, for the estimates. Of the jobs that have
    /// a hash only a few are looked at: cancelled ones keep their rows.
    private static func countShared(
        _ rowID: Int64, after hash: Data, upTo last: Data, in db: Database
    ) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM jobHash mine
                    WHERE mine.jobID = ? AND mine.hash > ? AND mine.hash <= ? AND mine.state = 0 AND EXISTS (
                        SELECT 1 FROM (
                            SELECT jobID FROM jobHash other INDEXED BY jobHashWanted
                            WHERE other.hash = mine.hash AND other.state < 2 AND other.jobID <> mine.jobID
                            LIMIT 4)
                        CROSS JOIN job ON job.id = jobID WHERE \(isServed))
                    """), arguments: [rowID, hash, last])!
    }

    /// Notes what the list holds beside its hashes.
    static func set(
        _ rowID: Int64, unusableCount: Int, passedOver: [UnusableLine.Kind: Int], remarks: [String],
        in db: Database
    ) throws {
        try db.cachedStatement(
            sql: "UPDATE job SET unusableCount = ?, passedOver = ?, remarks = ? WHERE id = ?"
        ).execute(
            arguments: [unusableCount, text(of: passedOver), remarks.joined(separator: "\n"), rowID])
    }

    /// Counts in the form 'malicious 3,clean 1'.
    static func text<Key: RawRepresentable>(of counts: [Key: Int]) -> String
    where Key.RawValue == String {
        counts.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ",")
    }

    private static func counts<Key: RawRepresentable>(_ text: String) -> [Key: Int]
    where Key.RawValue == String {
        var counts: [Key: Int] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: " ")
            guard pair.count == 2, let key = Key(rawValue: String(pair[0])) else { continue }
            counts[key] = Int(pair[1])
        }
        return counts
    }

    /// The whole list is imported: the job is complete. With nothing open it is done; a list without any
    /// digest is refused, one whose digests are all passed over is not: its report says why. One that may ask
    /// nothing ends with what the cache knew.
    ///
    /// - Parameters:
    ///   - mentions: hashes of the list, repeated ones among them.
    ///   - budget: how many requests may be sent for it; nil for any number.
    static func finishImport(
        _ rowID: Int64, mentions: Int, budget: Int?, at now: Date, in db: Database
    ) throws {
        let counts = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT hashCount, openCount, unusableCount, passedOver FROM job WHERE id = ?"),
            arguments: [rowID])!
        let (hashes, open, unusable): (Int, Int, Int) = (counts[0], counts[1], counts[2])
        let passedOver: String = counts[3]
        let isRefused = hashes == 0 && passedOver.isEmpty
        let isSpent = budget == 0 && open > 0
        let state: JobState = isRefused ? .refused : isSpent ? .cancelled : open == 0 ? .done : .running
        let reason: String? =
            isRefused ? noHashReason(unusable: unusable) : isSpent ? spentReason(0, open: open) : nil
        try db.cachedStatement(
            sql: """
                UPDATE job SET stage = 1, duplicateCount = ? - hashCount, state = ?, reason = ?,
                    finishedAt = ? WHERE id = ?
                """
        ).execute(arguments: [
            mentions, state.rawValue, reason,
            state == .running ? nil : now.milliseconds, rowID,
        ])
    }

    /// From here on the jobs are not shown any more, and their names are free; `JobStore.purge` deletes them.
    static func beginRemoval(_ condition: String, _ arguments: StatementArguments, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE job SET stage = 2, name = 'removed ' || id WHERE \(condition)")
            .execute(arguments: arguments)
    }

    private static func noHashReason(unusable: Int) -> String {
        let found =
            unusable == 0
            ? "The file holds no hash"
            : "The file holds no hash that VirusTotal can look up (\(unusable) "
                + "\(unusable == 1 ? "line has something like one" : "lines have something like one"): its "
                + "report lists them)"
        return found
            + "; drop a text file with MD5, SHA-1 or SHA-256 hashes: 32, 40 or 64 hexadecimal digits."
    }

    /// Why a list ends that has sent all the requests that it allows.
    static func spentReason(_ budget: Int, open: Int) -> String {
        "The list's budget of \(budget) \(budget == 1 ? "request" : "requests") is used up: \(open) "
            + "\(open == 1 ? "hash was" : "hashes were") not asked. Dropped once more, the list goes on from "
            + "here: what was answered is in the cache."
    }

    /// A hash that no job waits for any more has all its attempts again in the next one.
    static func forgetRetriesOfNone(in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM retry WHERE NOT EXISTS (
                    SELECT 1 FROM jobHash JOIN job ON job.id = jobID
                    WHERE jobHash.hash = retry.hash AND jobHash.state < 2 AND \(isServed))
                """
        ).execute()
    }

    static func job(_ rowID: Int64, in db: Database) throws -> Job? {
        try fetch(db, "id = ?", [rowID]).first
    }

    /// The jobs that are there and meet a condition.
    static func fetch(
        _ db: Database, index: String? = nil, _ condition: String, _ arguments: StatementArguments
    ) throws -> [Job] {
        let index = index.map { "INDEXED BY \($0)" } ?? ""
        return try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM job \(index) WHERE stage = 1 AND \(condition)"),
            arguments: arguments
        ).map(job)
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
                passedOver: self.counts(row["passedOver"]),
                byVerdict: verdicts(row["words"], open: open, state)),
            requestCost: RequestCost(
                requestsSent: row["requestsSent"], savedByCache: row["savedByCache"],
                savedByAlias: row["savedByAlias"], savedBySharing: row["savedBySharing"],
                savedByDuplicates: duplicates),
            remarks: (row["remarks"] as String).split(separator: "\n").map(String.init),
            isReported: row["isPublished"], options: options(row["options"]),
            changes: (row["changes"] as String?).map { JobChanges(self.counts($0)) })
    }

    /// The verdicts as last reported, so that a running job's numbers are all of one moment; before the first
    /// report the rows that wait.
    private static func verdicts(_ text: String, open: Int, _ state: JobState) -> [Verdict: Int] {
        var verdicts: [Verdict: Int] = counts(text)
        if verdicts.isEmpty { verdicts[.waiting] = open }
        if state != .running, let waiting = verdicts.removeValue(forKey: .waiting), state == .cancelled {
            verdicts[.notAsked, default: 0] += waiting
        }
        return verdicts
    }
}

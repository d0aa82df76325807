import GRDB
package import Model

/// What a report shows.
package struct ReportRowStore: Sendable {
    let pool: DatabasePool
    let allowLists: AllowListCache

    /// Calls `body` with a job as the database holds it at one moment, so that all of its numbers and rows
    /// agree; nil if there is no such job. Blocks its thread; what `body` throws ends it.
    package func read<Result>(_ id: JobID, _ body: (JobSnapshot) throws -> Result) throws -> Result? {
        try pool.read { db in
            guard
                let found = try Row.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT id, state, user, memoryStage FROM job WHERE name = ? AND stage = 1"),
                    arguments: [id.description])
            else { return nil }
            return try body(
                JobSnapshot(
                    rowID: found[0], id: id, state: JobState(rawValue: found[1]), user: found[2],
                    isCompared: found[3] as Int > 0, allowLists: allowLists, db: db))
        }
    }
}

/// A job at one moment. Its rows are streamed: memory does not grow with the list.
package struct JobSnapshot {
    let rowID: Int64
    let id: JobID
    let state: JobState?
    let user: String
    /// Whether its rows say what the user's memory told of them; else the memory does.
    let isCompared: Bool
    let allowLists: AllowListCache
    let db: Database

    package enum Order: Sendable {
        /// As the database has them: the fastest.
        case stored
        /// As the list names them. To find the rows whose file an earlier one has costs up to three look-ups
        /// a row.
        case list(findsRepeatedFiles: Bool)
        package static var list: Self { .list(findsRepeatedFiles: false) }
    }

    /// The job itself.
    package func job() throws -> Job? { try JobRecord.job(rowID, in: db) }

    /// Whether the job's final report stands in its folder.
    package func isPublished() throws -> Bool { try JobStore.isPublished(id, in: db) }

    /// The demand to write its report again; nil if there is none.
    package func renewal() throws -> RenewalDemand? { try JobStore.renewal(of: id, in: db) }

    /// Whether a row was answered, and the cache has forgotten the answer since.
    package func hasForgottenAnswers() throws -> Bool { try JobStore.hasForgottenAnswers(rowID, in: db) }

    /// What the list holds that is not looked up (`JobStore.unusableLines`).
    package func unusableLines(limit: Int) throws -> [UnusableLine] {
        try JobStore.unusableLines(of: id, limit: limit, in: db)
    }

    /// Visits all rows.
    package func forEachRow(order: Order, _ visit: (ReportRow) throws -> Void) throws {
        // Room for the upper pages of the files' table, through which each look-up goes, and for sorting.
        try setCache(kibibytes: Self.cacheKibibytes)
        do {
            try visitEachRow(order, visit)
        } catch {
            try setCache(kibibytes: HashdropDatabase.readerCacheKibibytes)
            throw error
        }
        try setCache(kibibytes: HashdropDatabase.readerCacheKibibytes)
    }

    private func setCache(kibibytes: Int) throws {
        try db.execute(sql: "PRAGMA cache_size = \(kibibytes * -1)")
    }

    private func visitEachRow(_ order: Order, _ visit: (ReportRow) throws -> Void) throws {
        let statement = try RawStatement(Self.query(order), in: db)
        statement.bind(Int(rowID), at: 1)
        let reader = try rowReader()
        try statement.run { try visit(reader.row(in: $0)) }
    }

    private static let cacheKibibytes = 12_000

    private func rowReader() throws -> ReportRowReader {
        // A row without an answer was not asked, rather than waits.
        ReportRowReader(isCancelled: state == .cancelled, memory: try memory())
    }

    private func memory() throws -> ReportRowReader.Memory {
        guard state?.isFinal == true else { return .unasked }
        if isCompared { return .noted }
        guard let memory = try HashMemory(of: user, in: db) else { return .empty }
        return .live(memory)
    }

    /// Visits the rows of these hashes of the list, in this order.
    package func forEachRow(of hashes: [FileHash], _ visit: (ReportRow) throws -> Void) throws {
        let statement = try RawStatement(
            """
            SELECT \(Self.listed("0")), answer.askedAt, \(FileRecord.columns)
            FROM jobHash \(Self.answers) \(Self.files("answer"))
            WHERE jobID = ?1 AND jobHash.hash = ?2
            """, in: db)
        statement.bind(Int(rowID), at: 1)
        let reader = try rowReader()
        for hash in hashes {
            statement.bind(hash, at: 2)
            try statement.run { try visit(reader.row(in: $0)) }
        }
    }

    /// The first columns of a row, in the order of `ReportRowReader`.
    private static func listed(_ isRepeated: String) -> String {
        """
        jobHash.hash, state, jobHash.askedAs, reason, position, line, occurrences, comment, \(isRepeated),
        seenBefore, seenSince
        """
    }

    private static let answers = "LEFT JOIN answer ON answer.hash = coalesce(jobHash.askedAs, jobHash.hash)"

    private static func files(_ answers: String) -> String {
        "LEFT JOIN file ON file.id = \(answers).fileID"
    }

    private static func query(_ order: Order) -> String {
        switch order {
        case .stored:
            return """
                SELECT \(listed("0")), answer.askedAt, \(FileRecord.columns)
                FROM jobHash \(answers) \(files("answer")) WHERE jobID = ?1
                """
        case .list(let findsRepeatedFiles):
            // Answers are found in the order of their hashes, in which both tables are stored, and the narrow
            // rows are sorted before the wide ones are joined to them. A limit keeps SQLite from merging the
            // inner query into the outer one (its documentation, "The SQLite Query Optimizer", 10, rule 6),
            // which then gives out the rows in the inner one's order.
            return """
                SELECT \(listed(findsRepeatedFiles ? isRepeated : "0")), answeredAt, \(FileRecord.columns)
                FROM (SELECT jobHash.hash, state, jobHash.askedAs, reason, position, line, occurrences,
                        comment, seenBefore, seenSince, answer.askedAt AS answeredAt, answer.fileID
                    FROM jobHash \(answers) WHERE jobID = ?1 ORDER BY position LIMIT -1) AS jobHash
                \(files("jobHash"))
                """
        }
    }

    /// Another name of the row's file stands earlier in the list, and is answered by that file.
    private static let isRepeated = """
        jobHash.fileID IS NOT NULL AND EXISTS (
            SELECT 1 FROM jobHash earlier JOIN answer other ON other.hash = earlier.hash
            WHERE earlier.jobID = ?1 AND earlier.hash IN (file.md5, file.sha1, file.sha256)
                AND earlier.position < jobHash.position AND other.fileID = jobHash.fileID)
        """
}

/// Reader of a row of a report from the columns that `JobSnapshot`'s queries have.
private struct ReportRowReader {
    /// Where it is known in how many earlier lists a file stood.
    enum Memory {
        /// A running job's rows do not say it.
        case unasked
        case empty
        case noted
        case live(HashMemory)
    }

    let isCancelled: Bool
    let memory: Memory

    func row(in columns: RawStatement) throws -> ReportRow {
        var answer: LookupAnswer?
        if let askedAt = columns.date(11) {
            let object = try FileRecord.object(from: columns, at: 12)
            answer = LookupAnswer(
                answer: object.map(LookupAnswer.Answer.known) ?? .unknown,
                askedAt: askedAt)
        }
        let state: ReportRow.State
        switch (columns.integer(1), answer) {
        case (2, let answer?): state = .answered(answer)
        case (3, _): state = .failed(reason: columns.text(3) ?? "", stale: answer)
        case _ where isCancelled: state = .notAsked(stale: answer)
        default: state = .waiting(stale: answer)
        }
        let hash = try columns.hash(0)
        let askedAs = try columns.hashIfAny(2)
        return ReportRow(
            hash: hash, state: state, position: columns.integer(4), comment: columns.text(7),
            line: columns.integer(5), occurrences: columns.integer(6), askedAs: askedAs,
            isFileRepeated: columns.integer(8) != 0,
            seen: try seen(hash, named: answer?.fileObject?.hashes ?? askedAs.map { [$0] } ?? [], columns))
    }

    private func seen(
        _ hash: FileHash, named names: [FileHash], _ columns: RawStatement
    ) throws -> SeenBefore? {
        switch memory {
        case .unasked: nil
        case .empty: .never
        case .noted: SeenBefore(lists: columns.integer(9), since: columns.date(10))
        case .live(let memory): try memory.seen(hash, named: names)
        }
    }
}

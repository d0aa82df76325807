package import Foundation
import GRDB
package import Model
import Support

/// Writes a list into its job, a step at a time, so that no other writer waits for the end of a long one.
///
/// While a long list is read its hashes are kept outside of the database (`StagedHashes`); at its end they
/// are written in the order of their bytes, slice by slice, each one transaction. A list of one slice is
/// written at once.
///
/// Until its last step the job is neither shown nor asked for; answers that come meanwhile are written into
/// it all the same. What throws changes nothing, neither here nor in the database: the same step may be
/// taken again.
package struct JobWriter: Sendable {
    private var job: Job
    private var ages: CacheAges
    private let pool: MeteredPool
    private let hashesAtOnce: Int
    /// Hashes read, repeated ones among them: the last one's position.
    private var mentions = 0
    private var hasAliases = false
    /// What has been read and is not hashes.
    private var rest = ListRest()
    private var staged: StagedHashes?
    /// The last slice, which of a short list is all of it.
    private var lastSlice: [ListedHash] = []
    private var stage = Stage.reading

    private enum Stage: Sendable {
        case reading
        /// Hashes are written; those up to `after` are.
        case hashes(rowID: Int64?, after: FileHash?)
        /// Aliases are resolved that may have been written before their primaries; `hasChanged` says whether
        /// this pass has resolved one.
        case aliases(rowID: Int64, after: Data, hasChanged: Bool)
    }

    init(job: Job, ages: CacheAges, hashesAtOnce: Int, pool: MeteredPool) {
        self.job = job
        self.ages = ages
        self.hashesAtOnce = hashesAtOnce
        self.pool = pool
    }

    /// How much of what was read is written, from 0 to 1.
    package var fractionWritten: Double {
        switch stage {
        case .reading: 0
        case .hashes: staged?.fractionMerged ?? 0
        case .aliases: 1
        }
    }

    /// Takes a slice that is not the last one.
    package mutating func add(_ slice: ImportBatch) throws {
        var staged = try staged ?? StagedHashes()
        try staged.add(ListedHash.merged(slice.hashes(after: mentions)))
        self.staged = staged
        note(slice)
    }

    /// Takes the last slice; `advance` then writes.
    package mutating func end(_ slice: ImportBatch) throws {
        let hashes = ListedHash.merged(slice.hashes(after: mentions))
        if staged != nil { try staged?.add(hashes) } else { lastSlice = hashes }
        note(slice)
        stage = .hashes(rowID: nil, after: nil)
    }

    private mutating func note(_ slice: ImportBatch) {
        mentions += slice.mentions
        hasAliases = hasAliases || slice.hasAliases
        rest.add(slice)
        guard let options = slice.options else { return }
        job.options = options
        ages = ages.taking(options)
    }

    /// Writes on; the last step completes the job.
    ///
    /// - Returns: the job with its counts, at the end. It is already done if the cache knew everything, and
    ///   refused if the list holds no hash.
    package mutating func advance(at now: Date) throws -> Job? {
        let written: Job?
        switch stage {
        case .reading: preconditionFailure("the list has not come to its end")
        case .hashes(let rowID, let last): written = try writeHashes(rowID, after: last, now)
        case .aliases(let rowID, let last, let hasChanged):
            written = try resolveAliases(rowID, after: last, hasChanged, now)
        }
        if let written { pool.count(import: written) }
        return written
    }

    /// Of a long list: some hundredths of a second, for which others wait for the database's writer.
    private static let hashesWrittenAtOnce = 1_000

    private mutating func writeHashes(_ rowID: Int64?, after last: FileHash?, _ now: Date) throws -> Job? {
        guard var staged else { return try pool.write { db in try writeWhole(at: now, in: db) } }
        let hashes = try staged.next(min(hashesAtOnce, Self.hashesWrittenAtOnce))
        let isLast = staged.isAtEnd
        let (id, done) = try pool.write { db in
            let id = try rowID ?? begin(in: db)
            try insert(hashes, of: id, after: last, in: db)
            return (id, isLast && !hasAliases ? try finish(id, now, in: db) : nil)
        }
        self.staged = staged
        stage =
            isLast
            ? .aliases(rowID: id, after: Data(), hasChanged: false)
            : .hashes(rowID: id, after: hashes.last?.hash ?? last)
        return done
    }

    private func insert(_ hashes: [ListedHash], of id: Int64, after last: FileHash?, in db: Database) throws {
        let insertion = try HashInsertion(jobID: id, ages: ages, now: job.receivedAt, in: db)
        try insertion.insert(hashes)
        try JobRecord.addToCounts(id, after: last, upTo: hashes.last?.hash, in: db)
    }

    /// Whether `end` has come and the list is so short that one transaction may write several like it.
    package var isShort: Bool {
        if case .hashes = stage { staged == nil && lastSlice.count <= Self.hashesOfShortMax } else { false }
    }

    private static let hashesOfShortMax = 1_000

    /// Writes a list of one slice to its end.
    func writeWhole(at now: Date, in db: Database) throws -> Job {
        precondition(staged == nil, "a list of several slices is written slice by slice")
        let id = try begin(in: db)
        try insert(lastSlice, of: id, after: nil, in: db)
        if hasAliases { while try AliasResolver.resolve(jobID: id, in: db) > 0 {} }
        return try finish(id, now, in: db)
    }

    /// Again until a pass changes nothing, since an alias may be the primary of another line. No hash is the
    /// primary of a stronger one: there are three passes at most.
    private mutating func resolveAliases(
        _ rowID: Int64, after last: Data, _ hasChanged: Bool, _ now: Date
    ) throws -> Job? {
        let (next, done) = try pool.write { db -> (Stage, Job?) in
            let part = try AliasResolver.nextAliases(jobID: rowID, after: last, limit: hashesAtOnce, in: db)
            let changes = try AliasResolver.resolve(jobID: rowID, after: last, upTo: part, in: db)
            let hasChanged = hasChanged || changes > 0
            if let part { return (.aliases(rowID: rowID, after: part, hasChanged: hasChanged), nil) }
            if hasChanged { return (.aliases(rowID: rowID, after: Data(), hasChanged: false), nil) }
            return (stage, try finish(rowID, now, in: db))
        }
        stage = next
        return done
    }

    /// Makes a refused job of a list that turns out to be none while it is read: nothing of it is written.
    package func refuse(_ reason: String, at now: Date) throws {
        var job = job
        job.state = .refused
        job.reason = reason
        job.finishedAt = now
        try pool.write { [job] db in _ = try JobRecord.insert(job, in: db) }
    }

    private func begin(in db: Database) throws -> Int64 {
        let id = try JobRecord.insert(job, isComplete: false, in: db)
        try rest.insert(jobID: id, in: db)
        return id
    }

    private func finish(_ id: Int64, _ now: Date, in db: Database) throws -> Job {
        try JobRecord.finishImport(
            id, mentions: mentions, budget: job.options.budget, at: now, in: db)
        return try JobRecord.job(id, in: db)!
    }
}

/// What a list holds beside its hashes: of each reason the first unusable lines, and the numbers of all.
private struct ListRest: Sendable {
    /// Unusable lines of one reason that are kept: more than a reader looks at, and no burden for the
    /// database.
    private static let linesOfKindMax = 1_000

    private var lines: [UnusableLine] = []
    private var kept: [UnusableLine.Kind: Int] = [:]
    private var unusableCount = 0
    private var passedOver: [UnusableLine.Kind: Int] = [:]
    private var remarks: [String] = []

    mutating func add(_ slice: ImportBatch) {
        for line in slice.unusableLines where kept[line.kind, default: 0] < Self.linesOfKindMax {
            kept[line.kind, default: 0] += 1
            lines.append(line)
        }
        unusableCount += slice.unusableCount
        passedOver.merge(slice.passedOver, uniquingKeysWith: +)
        remarks += slice.remarks
    }

    func insert(jobID: Int64, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO unusableLine (jobID, line, text, reason, kind) VALUES (?, ?, ?, ?, ?)")
        for line in lines {
            try statement.execute(arguments: [
                jobID, line.line, line.text.storable, line.reason, line.kind.rawValue,
            ])
        }
        try JobRecord.set(
            jobID, unusableCount: unusableCount, passedOver: passedOver, remarks: remarks, in: db)
    }
}

/// Inserts a job's hashes; those that the cache knows are answered at once.
private struct HashInsertion {
    private let insertion: BulkInsertion

    /// Parameters: 1 the job, 2 and 3 since when an answer is fresh, then those of each row (`ListedHash`).
    init(jobID: Int64, ages: CacheAges, now: Date, in db: Database) throws {
        let isFresh = ages.hasFreshAnswer(to: "column1", knownSince: "?2", unknownSince: "?3")
        // The cache is asked once for a hash without a primary: SQLite puts the question in the place of each
        // `isFresh`.
        insertion = try BulkInsertion(columns: ListedHash.columns, from: 4, in: db) { values in
            """
            INSERT INTO jobHash (jobID, hash, position, occurrences, state, leader, isLeadersFile, line,
                comment)
            SELECT ?1, column1, column2, column3, iif(isFresh, 2, iif(column4 IS NULL, 0, 1)),
                iif(column4 IS NULL OR isFresh, NULL, column4), column5, column6, column7
            FROM (SELECT *, \(isFresh) AS isFresh FROM (\(values)))
            """
        }
        insertion.bind(Int(jobID), at: 1)
        insertion.bind(Int((now - ages.known).milliseconds), at: 2)
        insertion.bind(Int((now - ages.unknown).milliseconds), at: 3)
    }

    func insert(_ hashes: [ListedHash]) throws {
        try insertion.insert(hashes) { $0.bind(to: $1, from: $2) }
    }
}

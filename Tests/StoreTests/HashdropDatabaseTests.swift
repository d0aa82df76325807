import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Store

@Suite(.limited(.processor))
struct HashdropDatabaseTests {
    let folder = TemporaryFolder()

    private func kind(of body: () throws -> Void) -> StoreError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.kind
        }
    }

    @Test func verdictsOfTwoEndpointsNeverMix() throws {
        let path = folder.path("test.sqlite")
        // Nothing has been asked yet: nothing can mix.
        _ = try HashdropDatabase(path: path, endpoint: "https://b.test")
        let database = try HashdropDatabase(path: path, endpoint: "https://a.test")
        try database.jobs.refuse(Samples.job(state: .refused))
        _ = try HashdropDatabase(path: path, endpoint: "https://a.test")
        _ = try HashdropDatabase(path: path, endpoint: nil)
        #expect(
            kind { _ = try HashdropDatabase(path: path, endpoint: "https://b.test") } == .wrongEndpoint)
    }

    /// Takes schemas 10 and 12 back.
    private static let withoutTotals = """
        DROP TRIGGER jobAdded; DROP TRIGGER jobChanged; DROP TRIGGER jobRemoved; DROP TABLE userTotal;
        DROP INDEX jobByTime; CREATE INDEX jobUse ON job (user, reportBytes);
        DELETE FROM grdb_migrations WHERE identifier = '10';
        DROP TRIGGER jobShown; DROP TRIGGER jobShownOtherwise; DROP TRIGGER jobNoLongerShown;
        DROP TABLE stateTotal; DELETE FROM grdb_migrations WHERE identifier = '12';
        """

    @Test func aDatabaseOfTheFirstSchemaIsTakenOverWithItsJobs() throws {
        let path = folder.path("test.sqlite")
        let job = try HashdropDatabase(path: path, endpoint: nil).jobs.accept(
            Samples.job(), ages: CacheAges()
        ) {
            $0.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: Self.withoutTotals + """
                    DROP INDEX jobNotThere; ALTER TABLE job DROP COLUMN stage; PRAGMA user_version = 1;
                    DELETE FROM grdb_migrations WHERE identifier = '2'
                    """)
        }
        let database = try HashdropDatabase(path: path, endpoint: nil)
        #expect(try database.jobs.jobs(limit: 10) == [job])
        #expect(try database.jobs.count() == 1 && database.jobs.use(of: job.user).lists == 1)
        #expect(try database.jobs.countsByState() == [.running: 1])
        #expect(try database.lookups.runningJob(job.id)?.openHashes == 1)
    }

    /// A command that looks at the status while the daemon starts.
    @Test func severalMayMakeAnOlderFileANewerOneAtOnce() async throws {
        for round in 0..<5 {
            let path = folder.path("old\(round).sqlite")
            let job = Samples.job(state: .refused)
            try HashdropDatabase(path: path, endpoint: nil).jobs.refuse(job)
            try await DatabaseQueue(path: path).write {
                try $0.execute(sql: Self.withoutTotals + "PRAGMA user_version = 9")
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    group.addTask { try HashdropDatabase(path: path, endpoint: nil).jobs.count() }
                }
                for try await count in group { #expect(count == 1) }
            }
        }
    }

    /// What a power cut may take is tried by `make power-cut`.
    @Test func eachCommitIsSynced() throws {
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let level = try database.pool.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "PRAGMA synchronous")
        }
        // FULL, by https://www.sqlite.org/pragma.html#pragma_synchronous
        #expect(level == 2)
    }

    @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws {
        let path = folder.path("test.sqlite")
        let bytes = Data(repeating: 0x41, count: 5000)
        try bytes.write(to: URL(filePath: path))
        #expect(kind { _ = try HashdropDatabase(path: path, endpoint: nil) } == .notOurs)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test func anotherProgramsDatabaseIsRefusedAndLeftAlone() throws {
        let path = folder.path("test.sqlite")
        do { _ = try HashdropDatabase(path: path, endpoint: nil) }
        var bytes = try Data(contentsOf: URL(filePath: path))
        // `application_id` in the header of SQLite's file format: whose database it is.
        #expect(bytes[68..<72].elementsEqual("hdrp".utf8))
        bytes.replaceSubrange(68..<72, with: [0, 0, 0, 0])
        try bytes.write(to: URL(filePath: path))
        #expect(kind { _ = try HashdropDatabase(path: path, endpoint: nil) } == .notOurs)
        #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
    }

    @Test func aMissingFolderIsNamed() throws {
        let path = folder.path("missing/test.sqlite")
        #expect(kind { _ = try HashdropDatabase(path: path, endpoint: nil) } == .cannotOpen)
    }

    @Test func usersAreAddedOnceAndRemovedOnce() throws {
        let users = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil).users
        let alice = User(name: Samples.user(), weight: 3, createdAt: Samples.now)
        try users.add(alice)
        #expect(try users.all() == [alice])
        #expect(kind { try users.add(alice) } == .userExists)
        try users.setPasswordHash("x", of: alice.name)
        #expect(try users.user(alice.name)?.passwordHash == "x")
        try users.remove(alice.name)
        #expect(kind { try users.remove(alice.name) } == .noSuchUser)
        #expect(kind { try users.setPasswordHash(nil, of: alice.name) } == .noSuchUser)
    }

    @Test func whatEnginesSayComesBackUnchanged() throws {
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        var file = Samples.file(1, detections: 3)
        file.engines["Renamed/Engine:1"] = EngineFinding(category: EngineCategory(rawValue: "brand-new"))
        file.engines["Späher"] = EngineFinding(
            category: EngineCategory(rawValue: "odd"), result: "<b>=1+1</b>\n")
        file.engines["T"] = EngineFinding(category: .confirmedTimeout)
        file.meaningfulName = "a\u{0}b"
        file.sizeBytes = 68
        file.threatLabel = "trojan.x/y"
        file.reputation = -889
        file.typeDescription = "Win32 EXE"
        file.firstSubmissionDate = Samples.now - 5
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) {
            $0.add(HashListEntry(line: 1, hashes: [file.sha1]))
        }
        let running = try database.lookups.runningJobs()[0]
        let reservation = Reservation(hash: file.sha1, jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.known(file)), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
        // SQLite ends a text at NUL; what follows must not be lost.
        file.meaningfulName = "a\u{FFFD}b"
        try database.reportRows.forEachRow(of: job.id, order: .list) { row in
            #expect(row.answer == LookupAnswer(answer: .known(file), askedAt: Samples.now))
        }
    }

    /// Up to schema 8 the lists were stored in the order of their lines.
    @Test func aListInTheOrderOfItsLinesIsTakenOver() throws {
        let path = folder.path("test.sqlite")
        let hashes = (0..<40).map { Samples.hash($0) }
        let job: Job
        do {
            let database = try HashdropDatabase(path: path, endpoint: nil)
            job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
                for (line, hash) in hashes.enumerated() {
                    list.add(HashListEntry(line: line + 1, hashes: [hash], comment: "c\(line)"))
                }
            }
        }
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: Self.withoutTotals + """
                    CREATE TABLE old (
                        jobID INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE, position INTEGER NOT NULL,
                        hash BLOB NOT NULL, state INTEGER NOT NULL, leader BLOB,
                        isLeadersFile INTEGER NOT NULL DEFAULT 0, askedAs BLOB, reason TEXT,
                        line INTEGER NOT NULL, occurrences INTEGER NOT NULL DEFAULT 1, comment TEXT,
                        PRIMARY KEY (jobID, position)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO old (jobID, position, hash, state, leader, isLeadersFile, askedAs, reason, line,
                        occurrences, comment) SELECT jobID, position, hash, state, leader, isLeadersFile,
                        askedAs, reason, line, occurrences, comment FROM jobHash;
                    DROP TABLE jobHash;
                    ALTER TABLE old RENAME TO jobHash;
                    CREATE UNIQUE INDEX jobHashOnce ON jobHash (jobID, hash);
                    CREATE INDEX jobHashWanted ON jobHash (hash) WHERE state < 2;
                    CREATE INDEX jobHashOpen ON jobHash (jobID, hash) WHERE state = 0;
                    CREATE INDEX jobHashFollowing ON jobHash (jobID, leader) WHERE state = 1;
                    ALTER TABLE job DROP COLUMN sharedCount;
                    DROP TABLE pendingOutcome;
                    DROP TABLE memory; DROP INDEX jobToRemember;
                    ALTER TABLE job DROP COLUMN memoryStage; ALTER TABLE job DROP COLUMN memoryPlace;
                    DELETE FROM grdb_migrations WHERE identifier IN ('9', '17');
                    PRAGMA user_version = 8;
                    """)
        }
        let database = try HashdropDatabase(path: path, endpoint: nil)
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        #expect(rows.map(\.hash) == hashes)
        #expect(rows.map(\.comment) == (0..<40).map { "c\($0)" })
        let running = try #require(try database.lookups.runningJob(job.id))
        #expect(
            try database.lookups.openHashes(of: running.rowID, after: nil, limit: 100, at: Samples.now)
                == hashes.sorted())
        try database.verify()
    }

    @Test func throughTheReadOnlyConnectionsNothingIsWritten() throws {
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let readOnly = try database.readOnly()
        try database.jobs.refuse(Samples.job(state: .refused))
        #expect(try readOnly.jobs.count() == 1)
        #expect(throws: (any Error).self) { try readOnly.jobs.refuse(Samples.job(state: .refused)) }
        #expect(throws: (any Error).self) { try readOnly.jobs.remove(Samples.job().id) }
        #expect(try database.jobs.count() == 1)
    }
}

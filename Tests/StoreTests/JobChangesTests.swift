import GRDB
import Model
import TestSupport
import Testing

@testable import Store

/// What a job keeps of its comparison with an earlier report.
@Suite(.limited(.processor))
struct JobChangesTests {
    let folder = TemporaryFolder()
    private var path: String { folder.path("test.sqlite") }

    private func accept(in database: HashdropDatabase) throws -> Job {
        try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
    }

    /// Each report has its own, also one that was compared with none.
    @Test func theyGoWithTheReport() throws {
        let database = try HashdropDatabase(path: path, endpoint: nil)
        let job = try accept(in: database)
        #expect(job.changes == nil)
        let reported: [[JobChanges.Kind: Int]?] = [
            [.new: 3, .gone: 1, .worse: 2, .better: 4, .other: 5], [.worse: 1], [:], nil,
            [.new: 0, .gone: 7],
        ]
        for counts in reported {
            let changes = counts.map { JobChanges($0) }
            try database.jobs.save([
                JobStore.Report(id: job.id, verdicts: [:], isFinal: false, bytes: 0, changes: changes)
            ])
            #expect(try database.jobs.job(job.id)?.changes == changes)
        }
    }

    @Test func jobsOfAnEarlierVersionHaveNone() throws {
        let job = try accept(in: try HashdropDatabase(path: path, endpoint: nil))
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: """
                    ALTER TABLE job DROP COLUMN changes;
                    DELETE FROM grdb_migrations WHERE identifier = '18'; PRAGMA user_version = 17
                    """)
        }
        #expect(try HashdropDatabase(path: path, endpoint: nil).jobs.job(job.id) == job)
    }
}

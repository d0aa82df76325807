import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Store

/// A user does not learn of others' jobs from how long a question takes.
@Suite(.limited(.processor))
struct JobPrivacyTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
    }

    @Test func anothersJobIsLookedForAsLongAsNone() throws {
        let bobs = Samples.job(user: "bob", state: .refused)
        try database.jobs.refuse(bobs)
        #expect(try database.jobs.job(bobs.id, of: Samples.user("bob")) != nil)
        #expect(try database.jobs.job(bobs.id, of: Samples.user("alice")) == nil)
        // One index answers by user and name together. By another one bob's row would be found and thrown
        // away, which takes longer than to find nothing; so without this index there must be no answer at
        // all.
        try database.pool.write { try $0.execute(sql: "DROP INDEX jobOfUserByName") }
        #expect(throws: DatabaseError.self) {
            try database.jobs.job(bobs.id, of: Samples.user("alice"))
        }
    }
}

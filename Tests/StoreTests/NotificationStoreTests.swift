import Foundation
import GRDB
import Model
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// The outbox: what is queued for whom, in which transaction, and what stays of it.
@Suite(.limited(.processor))
struct NotificationStoreTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase
    private let lists = Counter()
    private var store: NotificationStore { database.notifications }

    init() throws {
        database = try Self.open(folder)
        for name in ["alice", "bob"] {
            try database.users.add(User(name: Samples.user(name), createdAt: Samples.now))
        }
    }

    private static func open(_ folder: TemporaryFolder) throws -> HashdropDatabase {
        try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    /// A list of one hash that is answered, and reported to its end.
    @discardableResult
    private func finish(
        _ name: String = "list.txt", user: String = "alice", malicious: Int = 0, at time: Date = Samples.now
    ) throws -> Job {
        let job = try accept(name, user: user)
        try end(job, malicious: malicious, at: time)
        return job
    }

    private func accept(_ name: String = "list.txt", user: String = "alice") throws -> Job {
        // Of another hash than the others, whose answer is in the cache.
        lists.add()
        let hash = Samples.hash(1_000 + lists.count)
        return try database.jobs.accept(Samples.job(user: user, name: name), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [hash]))
        }
    }

    private func end(_ job: Job, malicious: Int, at time: Date = Samples.now) throws {
        try answerNext(of: job, at: time)
        try report(job, malicious: malicious)
    }

    private func answerNext(of job: Job, at time: Date = Samples.now) throws {
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let hash = try database.lookups.openHashes(of: rowID, after: nil, limit: 1, at: time)[0]
        let reservation = Reservation(hash: hash, jobRowID: rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: time)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.unknown), outcome: "404",
                endedAt: Samples.reading(time))
        ])
    }

    private func report(_ job: Job, malicious: Int) throws {
        try database.jobs.saveReported(
            job.id, verdicts: malicious > 0 ? [.malicious: malicious] : [.unknown: 1], isFinal: true)
    }

    @discardableResult
    private func refuse(user: String = "alice") throws -> Job {
        var job = Samples.job(user: user, name: "photo.png", state: .refused)
        job.reason = "The file is no text."
        try database.jobs.refuse(job)
        try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        return job
    }

    private func due(_ channel: NotificationChannel, at time: Date = Samples.now) throws -> [OutboxEntry] {
        try store.due(channel, at: time, limit: 1_000)
    }

    private func events(_ channel: NotificationChannel) throws -> [NotificationEvent] {
        try due(channel).map(\.facts.event)
    }

    private func subscribe(
        _ user: String = "alice", _ events: Set<NotificationEvent> = Subscription.usualEvents,
        digest: Duration = .zero
    ) throws {
        let address = try #require(MailAddress("\(user)@example.org"))
        try store.subscribe(
            Subscription(user: Samples.user(user), address: address, events: events, digest: digest))
    }

    // MARK: What is queued

    @Test func nothingIsQueuedWithoutAChannelNorToldOfWhatEndedBefore() throws {
        try subscribe()
        try finish(malicious: 2)
        try store.use([.webhook: Set(NotificationEvent.allCases), .mail: []])
        #expect(try due(.webhook).isEmpty)
        #expect(try due(.mail).isEmpty)
        let job = try finish(malicious: 2)
        #expect(try due(.webhook).map(\.facts.job?.id) == [job.id.description])
    }

    @Test func oneMessageAChannelOfTheWorstThatItWants() throws {
        try store.use([.hook: [.done], .webhook: [.done, .malicious, .refused]])
        try finish(malicious: 2)
        try finish()
        try refuse()
        #expect(try events(.hook) == [.done, .done])
        #expect(try events(.webhook) == [.malicious, .done, .refused])
        let facts = try due(.webhook)[0].facts
        #expect(facts.user == "alice")
        #expect(facts.job?.name == "list.txt")
        #expect(facts.job?.verdicts == ["malicious": 2])
        #expect(try due(.webhook)[2].facts.job?.reason == "The file is no text.")
    }

    @Test func aReportThatIsNotTheLastTellsNothing() throws {
        try store.use([.webhook: [.done, .malicious]])
        let job = try accept()
        try database.jobs.saveReported(job.id, verdicts: [.malicious: 1], isFinal: false)
        // The list runs again meanwhile: its last report is none.
        try database.jobs.saveReported(job.id, verdicts: [.malicious: 1], isFinal: true)
        #expect(try due(.webhook).isEmpty)
    }

    @Test func aCancelledListTellsOfMalwareOnly() throws {
        try store.use([.webhook: [.done, .malicious]])
        for malicious in [0, 3] {
            let job = try accept()
            _ = try database.jobs.cancel(job.id, reason: "by hand", at: Samples.now)
            try report(job, malicious: malicious)
        }
        #expect(try events(.webhook) == [.malicious])
        #expect(try due(.webhook).first?.facts.job?.state == "cancelled")
    }

    @Test func aReportThatIsRememberedTwiceTellsOnceAndASecondEndTellsAgain() throws {
        try store.use([.webhook: [.done]])
        let job = try finish()
        try report(job, malicious: 0)
        #expect(try due(.webhook).count == 1)
        // As after 'hashdrop retry'.
        try DatabaseQueue(path: folder.path("test.sqlite")).write {
            try $0.execute(
                sql: "UPDATE job SET isPublished = 0, finishedAt = finishedAt + 60000 WHERE name = ?",
                arguments: [job.id.description])
        }
        try report(job, malicious: 0)
        #expect(Set(try due(.webhook, at: Samples.now + 60).map(\.id)).count == 2)
    }

    @Test func mailGoesToTheListsUserAlone() throws {
        try store.use([.mail: []])
        try subscribe("alice")
        try subscribe("bob", [.done])
        try finish(user: "alice", malicious: 1)
        try finish(user: "bob", malicious: 1)
        try finish(user: "alice")
        #expect(try due(.mail).map(\.recipient) == [Samples.user("alice"), Samples.user("bob")])
        #expect(try due(.mail).allSatisfy { $0.facts.user == $0.recipient?.description })
    }

    @Test func theSubscriptionOfARemovedUserIsNoSuccessors() throws {
        try store.use([.mail: []])
        try subscribe()
        try finish(malicious: 1)
        try database.users.remove(Samples.user())
        try database.users.add(User(name: Samples.user(), createdAt: Samples.now))
        #expect(try store.subscription(of: Samples.user()) == nil)
        #expect(try due(.mail).isEmpty)
        try subscribe()
        try finish(malicious: 1)
        try store.unsubscribe(Samples.user())
        #expect(try due(.mail).isEmpty)
    }

    @Test func aSubscriptionIsKeptAsItWasMade() throws {
        try subscribe("alice", [.done, .stuck], digest: .seconds(3_600))
        let subscription = try #require(try store.subscription(of: Samples.user()))
        #expect(subscription.address.description == "alice@example.org")
        #expect(subscription.events == [.done, .stuck])
        #expect(subscription.digest == .seconds(3_600))
        let error = #expect(throws: StoreError.self) { try subscribe("nobody") }
        #expect(error?.kind == .noSuchUser)
    }

    // MARK: What stays

    @Test func whatIsQueuedSurvivesAKill() throws {
        try store.use([.webhook: [.done]])
        let job = try finish("Übersicht\n1.txt")
        // Opened beside the first one, which is not closed: as after a kill.
        let reopened = try Self.open(folder).notifications
        let entry = try #require(try reopened.due(.webhook, at: Samples.now, limit: 10).first)
        #expect(entry.facts.job?.id == job.id.description)
        #expect(entry.facts.job?.name == "Übersicht\\u{A}1.txt")
        #expect(entry.facts.job?.folder == "alice/\(job.folderName)")
        #expect(try reopened.waiting() == [.webhook: 1])
    }

    @Test func aTransactionThatFailsQueuesNothing() throws {
        try store.use([.webhook: [.done, .refused]])
        let job = Samples.job(state: .refused)
        try database.jobs.refuse(job)
        let queue = try DatabaseQueue(path: folder.path("test.sqlite"))
        // What is done after the notification is queued fails.
        try queue.write {
            try $0.execute(
                sql: """
                    CREATE TRIGGER fails AFTER INSERT ON notification BEGIN SELECT RAISE(ABORT, 'no'); END
                    """)
        }
        #expect(throws: DatabaseError.self) { try report(job, malicious: 0) }
        try queue.write { try $0.execute(sql: "DROP TRIGGER fails") }
        #expect(try !database.jobs.isPublished(job.id))
        #expect(try store.waiting().isEmpty)
        try report(job, malicious: 0)
        #expect(try store.waiting() == [.webhook: 1])
    }

    @Test func theObserverIsToldOfEachTransactionThatQueues() throws {
        let told = Counter()
        store.observe { told.add() }
        try finish()
        #expect(told.count == 0)
        try store.use([.webhook: [.done], .hook: [.done]])
        try finish()
        #expect(told.count == 1)
        try store.settle([])
        #expect(told.count == 1)
    }

    @Test func settledNotificationsAreNotDueAgain() throws {
        try store.use([.webhook: [.refused]])
        for _ in 0..<3 { try refuse() }
        let entries = try due(.webhook)
        let later = Samples.now + 600
        try store.settle([
            OutboxSettlement(rowID: entries[0].rowID, result: .delivered),
            OutboxSettlement(rowID: entries[1].rowID, result: .postponed(until: later, reason: "no")),
            OutboxSettlement(rowID: entries[2].rowID, result: .givenUp(reason: "no")),
        ])
        #expect(try due(.webhook).isEmpty)
        #expect(try store.nextDue(.webhook) == later)
        #expect(try due(.webhook, at: later).map(\.attempts) == [1])
        // The clock is put back by a month.
        #expect(try due(.webhook, at: Samples.now - 30 * 86_400).count == 1)
        try store.hasten(.webhook, at: Samples.now)
        #expect(try due(.webhook).map(\.rowID) == [entries[1].rowID])
    }

    @Test func theOutboxIsBoundedAndForgetsWhatIsOver() throws {
        try store.use([.webhook: [.refused]])
        for _ in 0..<6 { try refuse() }
        let rows = try due(.webhook).map(\.rowID)
        try store.settle([
            OutboxSettlement(rowID: rows[0], result: .delivered),
            OutboxSettlement(rowID: rows[1], result: .givenUp(reason: "no")),
        ])
        // Before what was given up nothing else goes.
        #expect(try prune(before: Samples.now - 60, max: 5) == 0)
        #expect(try ids() == [rows[0]] + rows[2...])
        #expect(try prune(before: Samples.now - 60, max: 3) == 1)
        #expect(try ids() == Array(rows[3...]))
        try store.settle([OutboxSettlement(rowID: rows[3], result: .delivered)])
        #expect(try prune(before: Samples.now + 60, max: 3) == 0)
        #expect(try ids() == Array(rows[4...]))
    }

    /// How many that waited are forgotten.
    private func prune(before date: Date, max: Int) throws -> Int {
        let pruned = try store.prune(before: date, max: max)
        #expect(!pruned.hasMore)
        return pruned.lost
    }

    private func ids() throws -> [Int64] {
        try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int64.fetchAll($0, sql: "SELECT id FROM notification ORDER BY id")
        }
    }

    @Test func aChannelThatIsBackGoesOnWithoutWhatIsNoNewsAnyMore() throws {
        try store.use([.webhook: [.done]])
        let jobs = try [0, 600].map { try finish(at: Samples.now + $0) }
        try store.use([:])
        #expect(try store.waiting() == [.webhook: 2])
        try store.use([.webhook: [.done]], forgetting: Samples.now + 60)
        #expect(try due(.webhook, at: Samples.now + 600).map(\.facts.job?.id) == [jobs[1].id.description])
        // It is not back if it was not away.
        try store.use([.webhook: [.done, .refused]], forgetting: Samples.now + 6_000)
        #expect(try store.waiting() == [.webhook: 1])
    }

    // MARK: Digests

    @Test func aDigestTakesWhatComesWithinItsTimeAndStaysTheSame() throws {
        try store.use([.mail: []])
        try subscribe("alice", [.refused, .done], digest: .seconds(3_600))
        try refuse()
        try finish(at: Samples.now + 1_800)
        #expect(try due(.mail, at: Samples.now + 3_599).isEmpty)
        let entries = try due(.mail, at: Samples.now + 3_600)
        #expect(entries.count == 2)
        let digest = try store.digest(of: entries[0], limit: 10)
        #expect(digest.map(\.rowID) == entries.map(\.rowID))
        // It fails; what comes now is the next one's.
        try store.settle(
            digest.map {
                OutboxSettlement(
                    rowID: $0.rowID, result: .postponed(until: Samples.now + 7_200, reason: "no"))
            })
        try finish("later.txt", at: Samples.now + 3_700)
        #expect(try store.nextDue(.mail) == Samples.now + 7_200)
        let again = try due(.mail, at: Samples.now + 7_300)
        #expect(try store.digest(of: again[0], limit: 10).map(\.rowID) == entries.map(\.rowID))
        #expect(try store.digest(of: again[2], limit: 10).map(\.facts.job?.name) == ["later.txt"])
    }

    // MARK: Troubles

    @Test func aListWithoutAnswersIsToldOnceUntilItMoves() throws {
        try store.use([.webhook: [.stuck], .mail: []])
        try subscribe()
        let jobs = try (0..<3).map { number in
            try database.jobs.accept(
                Samples.job(user: number == 2 ? "bob" : "alice"), ages: CacheAges()
            ) { list in
                for hash in 0..<2 {
                    list.add(HashListEntry(line: hash + 1, hashes: [Samples.hash(10 * number + hash)]))
                }
            }
        }
        let hour: TimeInterval = 3_600
        func look(at time: Date) throws -> Int {
            var place: Int64? = 0
            while let last = place { place = try store.noteProgress(after: last, at: time) }
            return try store.tellOfStuck(since: time - 6 * hour, reason: "The quota is used up.", at: time)
        }
        #expect(try look(at: Samples.now) == 0)
        #expect(try look(at: Samples.now + 5 * hour) == 0)
        // Alice's first list moves.
        try answerNext(of: jobs[0])
        let six = Samples.now + 6 * hour
        #expect(try look(at: six) == 2)
        #expect(try look(at: six + 60) == 0)
        #expect(try due(.webhook, at: six).map(\.facts.job?.id) == jobs[1...].map(\.id.description))
        #expect(try due(.webhook, at: six).first?.facts.reason == "The quota is used up.")
        #expect(try due(.mail, at: six).map(\.facts.job?.id) == [jobs[1].id.description])
        #expect(try look(at: Samples.now + 12 * hour + 60) == 1)
        #expect(try due(.webhook, at: Samples.now + 24 * hour).last?.facts.job?.id == jobs[0].id.description)
        // Those that have ended are forgotten.
        for job in jobs { _ = try database.jobs.cancel(job.id, reason: "by hand", at: Samples.now) }
        #expect(try look(at: Samples.now + 48 * hour) == 0)
        let left = try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM jobProgress")
        }
        #expect(left == 0)
    }

    @Test func manyStuckListsOfAUserAreOneMessage() throws {
        try store.use([.webhook: [.stuck]])
        let jobs = try (0..<4).map { try accept("\($0).txt") }
        _ = try store.noteProgress(after: 0, at: Samples.now)
        #expect(try store.tellOfStuck(since: Samples.now, reason: nil, at: Samples.now) == 4)
        let facts = try due(.webhook).map(\.facts)
        #expect(facts.map(\.job?.id) == [jobs[0].id.description])
        #expect(facts.map(\.others) == [3])
    }

    @Test func aUsedUpQuotaIsToldToAdministratorsOnceADay() throws {
        try database.users.add(
            User(name: Samples.user("carol"), isAdministrator: true, createdAt: Samples.now))
        try store.use([.webhook: [.quota], .hook: [.done], .mail: []])
        try subscribe("carol", [.quota])
        try subscribe("alice", [.quota])
        for _ in 0..<3 { try store.tellOfQuota("It is used up.", subject: "day-2026-11-28", at: Samples.now) }
        #expect(try due(.webhook).map(\.id) == ["day-2026-11-28.quota.webhook"])
        #expect(try due(.hook).isEmpty)
        #expect(try due(.mail).map(\.recipient) == [Samples.user("carol")])
        #expect(try due(.mail).first?.facts.user == nil)
        try store.tellOfQuota("It is used up.", subject: "day-2026-11-29", at: Samples.now)
        #expect(try due(.webhook).count == 2)
    }
}

private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    var count: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
}

import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What the outbox tells of channels that fail.
@Suite(.limited(.processor))
struct ChannelTroubleTests {
    private let folder = TemporaryFolder()
    private let database: HashdropDatabase
    private var store: NotificationStore { database.notifications }

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        try database.users.add(
            User(name: Samples.user("carol"), isAdministrator: true, createdAt: Samples.now))
        try store.use([.hook: [.quota], .webhook: [.quota], .mail: []])
    }

    /// Queues one notification for the hook and one for the webhook.
    private func queue(_ number: Int) throws {
        try store.tellOfQuota("It is used up.", subject: "\(number)", at: time(number))
    }

    private func time(_ number: Int) -> Date { Samples.now + Double(number * 60) }

    private func settle(
        _ number: Int, _ result: OutboxSettlement.Result, of channel: NotificationChannel = .webhook
    ) throws {
        let all = try store.due(channel, at: Samples.now + 86_400, limit: 100)
        let entry = try #require(all.first { $0.createdAt == time(number) })
        try store.settle([OutboxSettlement(rowID: entry.rowID, result: result)])
    }

    private func fail(_ number: Int, _ reason: String, times: Int = 1) throws {
        for _ in 0..<times {
            try settle(number, .postponed(until: time(number) + 3_600, reason: reason))
        }
    }

    @Test func whatIsDeliveredOrNotTriedYetIsNoTrouble() throws {
        #expect(try store.troubles() == [])
        try queue(0)
        #expect(try store.troubles() == [])
        try settle(0, .delivered)
        #expect(try store.troubles() == [])
    }

    @Test func whatFailedIsToldWithAllThatWaitsUntilItIsDelivered() throws {
        for number in 0..<4 { try queue(number) }
        try settle(0, .delivered)
        try fail(1, "refused", times: 5)
        try fail(2, "status 500")
        let trouble = ChannelTrouble(
            channel: .webhook, waiting: 3, attempts: 5, since: time(1), lastError: "status 500")
        #expect(try store.troubles() == [trouble])
        #expect(trouble.isLasting)
        #expect(
            trouble.sentence
                == "3 notifications wait, the oldest since 2026-09-21 14:14 UTC (5 failed attempts); "
                + "last error: status 500")
        // As the doctor reads it, from outside.
        #expect(try HashdropDatabase.look(at: folder.path("test.sqlite")).channelTroubles == [trouble])
        for number in 1..<4 { try settle(number, .delivered) }
        #expect(try store.troubles() == [])
    }

    @Test func whatWasGivenUpIsToldUntilTheChannelDelivers() throws {
        try queue(0)
        try fail(0, "no answer", times: 9)
        try settle(0, .givenUp(reason: "no answer at last"))
        let trouble = try #require(try store.troubles().first)
        #expect((trouble.waiting, trouble.givenUp, trouble.attempts) == (0, 1, 10))
        #expect(trouble.lastError == "no answer at last")
        #expect(trouble.sentence.hasPrefix("1 notification given up, the oldest since"))
        try queue(1)
        #expect(try store.troubles().first?.waiting == 1)
        try settle(1, .delivered)
        #expect(try store.troubles() == [])
    }

    @Test func aChannelThatIsTakenAwayIsNotToldOf() throws {
        try queue(0)
        try fail(0, "refused")
        #expect(try store.troubles().map(\.channel) == [.webhook])
        #expect(try store.troubles().first?.isLasting == false)
        try store.use([.hook: [.quota]])
        #expect(try store.troubles() == [])
    }

    @Test func whatWaitsForItsDigestDoesNotCount() throws {
        let address = try #require(MailAddress("carol@example.org"))
        try store.subscribe(
            Subscription(
                user: Samples.user("carol"), address: address, events: [.quota], digest: .seconds(3_600)))
        for number in 0..<3 { try queue(number) }
        try settle(0, .postponed(until: time(0) + 3_600, reason: "greylisted"), of: .mail)
        #expect(try store.troubles().map(\.waiting) == [1])
    }
}

import Cryptography
import Curl
import Foundation
import GRDB
import MetricNames
import Model
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Notifications

/// With a real receiver, which fails half the time.
@Suite(.limited(.server))
struct WebhookDeliveryTests {
    private struct Posted: Decodable {
        struct Message: Decodable {
            var id: String
            var job: Job
        }

        struct Job: Decodable {
            var id: String
            var name: String
        }

        var path: String
        var headers: [String: String]
        var body: String

        var message: Message {
            get throws { try JSONDecoder().decode(Message.self, from: Data(body.utf8)) }
        }
    }

    private static func options(_ port: Int, _ change: (inout NotificationOptions.Webhook) -> Void = { _ in })
        -> NotificationOptions
    {
        var webhook = NotificationOptions.Webhook(.url("http://127.0.0.1:\(port)/hook?token=hunter2"))
        change(&webhook)
        return .all(webhook: webhook)
    }

    @Test func eachNotificationArrivesAndItsIdTellsRepeats() async throws {
        let receiver = try await Receiver("http_receiver.py")
        let fixture = try NotificationFixture()
        // Before the service: as of a daemon that was killed.
        try fixture.database.notifications.use([.webhook: Set(NotificationEvent.allCases)])
        var jobs = try (0..<5).map { try fixture.refuse("before \($0).png") }
        try await fixture.run(Self.options(receiver.port)) {
            jobs += try (0..<15).map { try fixture.refuse("\($0).png") }
            try await fixture.eventuallyByMinutes("all are delivered") { try fixture.waiting(.webhook) == 0 }
        }
        let posted = try receiver.received(Posted.self)
        let ids = try posted.map { try $0.message.id }
        #expect(Set(try posted.map { try $0.message.job.id }) == Set(jobs.map(\.id.description)))
        #expect(Set(ids).count == jobs.count)
        #expect(ids.count > jobs.count, "the receiver has taken some and said that it has not")
        for entry in posted {
            #expect(entry.path == "/hook?token=hunter2")
            #expect(entry.headers["x-hashdrop-id"] == (try entry.message.id))
            #expect(entry.headers["content-type"] == "application/json; charset=utf-8")
            #expect(entry.headers["x-hashdrop-signature"] == nil)
        }
        #expect(fixture.results.withLock { $0[.delivered] } == jobs.count)
        #expect(fixture.results.withLock { $0[.failed] ?? 0 } >= 5)
    }

    @Test func theReceiverCanTellWhoSentItAndWhen() async throws {
        let receiver = try await Receiver("http_receiver.py")
        let fixture = try NotificationFixture()
        let file = fixture.folder.path("secret")
        try Data("  s3cret \n".utf8).write(to: URL(filePath: file))
        try await fixture.run(Self.options(receiver.port) { $0.secretFile = file }) {
            try fixture.refuse("Übersicht.png")
            try await eventually("it is delivered") { try fixture.waiting(.webhook) == 0 }
        }
        let entry = try #require(try receiver.received(Posted.self).first)
        let signature = try #require(entry.headers["x-hashdrop-signature"])
        let time = Int(Samples.now.timeIntervalSince1970)
        let code = MessageAuthenticationCode.of(
            Array("\(time).\(entry.body)".utf8), secret: Array("  s3cret ".utf8))
        #expect(signature == "t=\(time),v1=\(Hex.string(code))")
        #expect(try entry.message.job.name == "Übersicht.png")
    }

    @Test func aChatGetsASentence() async throws {
        let receiver = try await Receiver("http_receiver.py")
        let fixture = try NotificationFixture()
        try await fixture.run(Self.options(receiver.port) { $0.format = .text }) {
            let job = try fixture.refuse("<!channel>.png")
            try await eventually("it is delivered") { try fixture.waiting(.webhook) == 0 }
            let entry = try #require(try receiver.received(Posted.self).first)
            let text = try JSONDecoder().decode([String: String].self, from: Data(entry.body.utf8))["text"]
            #expect(
                text == "hashdrop: alice: `_!channel_.png` was refused. `The file is no text.` "
                    + "https://hashdrop.example.org/jobs/\(job.id)")
        }
    }

    @Test func aChannelThatIsDownHoldsUpNoOtherAndGoesOnWhenItIsBack() async throws {
        let fixture = try NotificationFixture()
        let file = fixture.folder.path("got")
        let hook = NotificationOptions.Hook(arguments: [
            "/bin/sh", "-c", "cat >> '\(file)'; echo >> '\(file)'",
        ])
        var options = Self.options(1)
        options.hook = hook
        try await fixture.run(options) {
            for number in 0..<8 { try fixture.refuse("\(number).png") }
            try await eventually("the hook has all") { try fixture.waiting(.hook) == 0 }
            #expect(try fixture.waiting(.webhook) == 8)
            try await fixture.eventuallyByMinutes("the webhook has failed") {
                fixture.results.withLock { $0[.failed] ?? 0 } >= 10
            }
        }
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 8)
        #expect(zip(0..<8, lines).allSatisfy { $1.contains("\"name\":\"\($0).png\"") }, "in their order")
        let receiver = try await Receiver("http_receiver.py")
        try await fixture.run(Self.options(receiver.port)) {
            try await fixture.eventuallyByMinutes("all are delivered") { try fixture.waiting(.webhook) == 0 }
        }
        #expect(Set(try receiver.received(Posted.self).map { try $0.message.job.name }).count == 8)
    }

    @Test func aMessageThatNobodyTakesIsGivenUpInTheEnd() async throws {
        let fixture = try NotificationFixture()
        try await fixture.run(Self.options(1)) {
            try fixture.refuse()
            try await eventually("it is given up") {
                if try fixture.waiting(.webhook) == 0 { return true }
                fixture.clock.advance(by: .seconds(1_800))
                return false
            }
        }
        #expect(fixture.results.withLock { $0[.givenUp] } == 1)
        #expect(fixture.clock.passed >= .seconds(3 * 86_400))
        #expect(fixture.results.withLock { $0[.failed] ?? 0 } >= 9)
    }

    @Test func whatIsDeliveredAndCannotBeNotedIsNotSentAgain() async throws {
        let receiver = try await Receiver("http_receiver.py")
        let fixture = try NotificationFixture()
        let queue = try DatabaseQueue(path: fixture.folder.path("test.sqlite"))
        // As on a full disk.
        try await queue.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER fails BEFORE UPDATE ON notification BEGIN
                        SELECT RAISE(ABORT, 'database or disk is full');
                    END
                    """)
        }
        try await fixture.run(Self.options(receiver.port)) {
            try fixture.refuse()
            try await eventually("it is delivered") { fixture.results.withLock { $0[.delivered] } == 1 }
            try await fixture.eventuallyByMinutes("time passes") { fixture.clock.passed >= .seconds(300) }
            #expect(try fixture.waiting(.webhook) == 1)
            try await queue.write { try $0.execute(sql: "DROP TRIGGER fails") }
            try await fixture.eventuallyByMinutes("it is noted") { try fixture.waiting(.webhook) == 0 }
        }
        #expect(try receiver.received(Posted.self).count == 1)
    }

    @Test func anErrorNamesNoSecret() async throws {
        let fixture = try NotificationFixture()
        for url in ["ftp://127.0.0.1/hunter2", "http://u:hunter2@127.0.0.1/", "hunter2", "http://hun ter2/"] {
            let file = fixture.folder.path("url")
            try Data("\(url)\n".utf8).write(to: URL(filePath: file))
            for webhook in [NotificationOptions.Webhook(.url(url)), .init(.file(file))] {
                let options = NotificationOptions.all(webhook: webhook)
                let error = #expect(throws: NotificationError.self) { try fixture.service(options) }
                #expect(error?.description.contains("notify.webhook") == true)
                #expect(error?.description.contains("such as https://example.org/hook") == true)
                #expect(error?.description.contains("hunter2") == false)
            }
        }
        let method = try WebhookDelivery(.init(.url("http://127.0.0.1:1/hunter2")), curl: CurlOptions())
        try fixture.database.notifications.use([.webhook: [.refused]])
        try fixture.refuse()
        let entry = try fixture.database.notifications.due(.webhook, at: Samples.now, limit: 1)
        let message = NotificationMessage(entry, links: MessageLinks(reportsDirectory: "/"))
        guard case .failed(let reason, _) = await method.deliver(message, to: nil, at: Samples.now) else {
            Issue.record("nobody listens there")
            return
        }
        #expect(!reason.contains("hunter2"))
    }

    @Test func whatCannotBeReadIsNamedAtTheStart() throws {
        let fixture = try NotificationFixture()
        let options = Self.options(1) { $0.secretFile = "/no/such.secret" }
        let error = #expect(throws: NotificationError.self) { try fixture.service(options) }
        #expect(error?.description.contains("/no/such.secret") == true)
        #expect(error?.description.contains("notify.webhookSecretFile") == true)
    }

    @Test func aURLInAFileIsReadAtEachUse() async throws {
        let receiver = try await Receiver("http_receiver.py")
        let fixture = try NotificationFixture()
        let file = fixture.folder.path("url")
        func point(at port: Int) throws {
            try Data("http://127.0.0.1:\(port)/\n".utf8).write(to: URL(filePath: file))
        }
        try point(at: 1)
        try await fixture.run(.all(webhook: .init(.file(file)))) {
            try fixture.refuse()
            try await eventually("nobody listens there") { fixture.results.withLock { $0[.failed] } == 1 }
            try point(at: receiver.port)
            try await fixture.eventuallyByMinutes("it is delivered") { try fixture.waiting(.webhook) == 0 }
        }
        #expect(try receiver.received(Posted.self).count == 1)
    }

    @Test func withoutAChannelNothingIsQueuedAndNothingSleeps() async throws {
        let fixture = try NotificationFixture()
        try fixture.database.notifications.use([.webhook: [.refused]])
        let service = try fixture.service(NotificationOptions(reportsDirectory: "/srv/reports"))
        try fixture.refuse()
        #expect(try fixture.database.notifications.waiting().isEmpty)
        _ = service
        #expect(fixture.clock.sleeperCount == 0)
    }
}

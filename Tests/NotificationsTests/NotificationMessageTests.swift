import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

@testable import Notifications

struct NotificationMessageTests {
    private static let links = MessageLinks(
        pageURL: "https://hashdrop.example.org//", reportsDirectory: "/srv/reports")

    private static func entry(
        _ event: NotificationEvent = .malicious, name: String = "iocs.txt", malicious: Int = 3,
        reason: String? = nil, id: Int64 = 1
    ) -> OutboxEntry {
        var job = Samples.job(name: name, state: event == .refused ? .refused : .done)
        job.reason = reason
        job.counts = JobCounts(hashes: 120, byVerdict: [.malicious: malicious, .clean: 100])
        return OutboxEntry(
            rowID: id, id: "\(job.id).\(event.rawValue).webhook.1", channel: .webhook, recipient: nil,
            facts: NotificationFacts(event: event, time: Samples.now, job: job), createdAt: Samples.now,
            attempts: 0, digest: nil)
    }

    @Test func jsonTellsAllThatIsKnown() throws {
        let entry = Self.entry()
        let message = NotificationMessage([entry], links: Self.links)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(message.json(isLocal: false))) as? [String: Any])
        #expect(json["id"] as? String == entry.id)
        #expect(json["event"] as? String == "malicious")
        #expect(json["time"] as? String == "2026-09-21T14:13:20Z")
        #expect(json["user"] as? String == "alice")
        let job = try #require(json["job"] as? [String: Any])
        let id = try #require(entry.facts.job?.id)
        #expect(job["id"] as? String == id)
        #expect(job["state"] as? String == "done")
        #expect(job["verdicts"] as? [String: Int] == ["malicious": 3, "clean": 100])
        #expect(job["report"] as? String == "alice/\(id)_iocs.txt/report.html")
        #expect(job["url"] as? String == "https://hashdrop.example.org/jobs/\(id)")
        #expect(job["folder"] == nil, "another machine learns no path of this one")
        let local = try JSONSerialization.jsonObject(with: Data(message.json(isLocal: true)))
        let folder = ((local as? [String: Any])?["job"] as? [String: Any])?["folder"] as? String
        #expect(folder == "/srv/reports/alice/\(id)_iocs.txt")
    }

    @Test func whatAnAttackerNamesAFileCallsNobodyInAChat() throws {
        let name = "<!channel> <http://evil.example|click> `@all` & \n.txt"
        for event in [NotificationEvent.done, .malicious, .refused, .stuck] {
            let message = NotificationMessage(
                [Self.entry(event, name: name, reason: "'<!here>' is no text")], links: Self.links)
            let json = try JSONSerialization.jsonObject(with: Data(message.chatJSON()))
            let text = try #require((json as? [String: String])?["text"])
            #expect(!text.contains("<"))
            #expect(!text.contains("&"))
            #expect(text.count { $0 == "`" } == (event == .refused ? 4 : 2))
            #expect(text.contains("`_!channel_ _http://evil.example|click_ _@all_ _ \\u{A}.txt`"))
            #expect(text.hasPrefix("hashdrop: alice: "))
        }
    }

    @Test func aCardOfTeamsHasATextWithoutMarkupAndALink() throws {
        let message = NotificationMessage([Self.entry(name: "[a](http://evil.example)")], links: Self.links)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(message.teamsJSON())) as? [String: Any])
        #expect(json["type"] as? String == "message")
        let attachment = try #require((json["attachments"] as? [[String: Any]])?.first)
        #expect(attachment["contentType"] as? String == "application/vnd.microsoft.card.adaptive")
        let card = try #require(attachment["content"] as? [String: Any])
        #expect(card["type"] as? String == "AdaptiveCard")
        #expect(card["version"] as? String == "1.2")
        let block = try #require((card["body"] as? [[String: Any]])?.first)
        #expect(block["type"] as? String == "RichTextBlock")
        let run = try #require((block["inlines"] as? [[String: String]])?.first)
        #expect(run["type"] == "TextRun")
        #expect(
            run["text"]
                == "hashdrop: alice: 3 malicious files in '[a](http://evil.example)' (120 hashes, done).")
        let action = try #require((card["actions"] as? [[String: String]])?.first)
        #expect(action["type"] == "Action.OpenUrl")
        #expect(action["url"]?.hasPrefix("https://hashdrop.example.org/jobs/") == true)
    }

    @Test func mailTextShowsTheListAndWhereItsReportIs() {
        let message = NotificationMessage([Self.entry()], links: Self.links)
        #expect(message.subject == "hashdrop: 3 malicious files in iocs.txt")
        #expect(message.mailText.contains("\nVerdicts  clean 100, malicious 3\n"))
        #expect(message.mailText.contains("\nReport    https://hashdrop.example.org/jobs/"))
        let plain = NotificationMessage([Self.entry()], links: MessageLinks(reportsDirectory: "/srv/reports"))
        #expect(plain.mailText.contains("_iocs.txt/report.html\n"))
        #expect(!plain.mailText.contains("/srv"))
    }

    @Test func severalListsBecomeATableOfOneId() throws {
        var entries = [Self.entry(id: 4), Self.entry(.done, name: "Übersicht.csv", malicious: 0, id: 5)]
        for index in entries.indices { entries[index].digest = 4 }
        let message = NotificationMessage(entries, links: Self.links)
        #expect(message.id == entries[0].id + ".digest")
        #expect(message.subject == "hashdrop: 2 lists, 3 malicious files")
        let lines = message.mailText.split(separator: "\n")
        #expect(lines[0] == "2 lists:")
        #expect(lines[2] == "2026-09-21 14:13 UTC  malicious          3        120  iocs.txt")
        #expect(lines[3] == "2026-09-21 14:13 UTC  done               0        120  Übersicht.csv")
        #expect(lines.count { $0.hasPrefix("https://hashdrop.example.org/jobs/") } == 2)
        entries[1].facts = NotificationFacts(event: .quota, time: Samples.now, reason: "It is used up.")
        let mixed = NotificationMessage(entries, links: Self.links)
        #expect(mixed.subject == "hashdrop: 2 events, 3 malicious files")
        #expect(mixed.mailText.contains("  It is used up.\n"))
    }

    @Test func aSecretOfTheWebhookSignsTimeAndBody() throws {
        let header = WebhookSignature.header(
            body: Array("{}".utf8), secret: Array("key".utf8), at: Date(timeIntervalSince1970: 1.9))
        // Reckoned by openssl: printf '1.{}' | openssl dgst -sha256 -hmac key
        #expect(header == "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224")
    }
}

struct MailMessageTests {
    private static func mail(_ subject: String, id: String = "a.b") -> String {
        let mail = MailMessage(
            sender: MailAddress("hashdrop@example.org")!, recipient: MailAddress("alice@example.org")!,
            subject: subject, text: "Grüße\n", date: Samples.now, id: id)
        return String(decoding: mail.bytes, as: UTF8.self)
    }

    @Test func aMailHasTheHeadersThatServersAndReadersWant() {
        let text = Self.mail("hashdrop: iocs.txt is done")
        for line in [
            "From: hashdrop <hashdrop@example.org>", "To: <alice@example.org>",
            "Subject: hashdrop: iocs.txt is done", "Date: Mon, 21 Sep 2026 14:13:20 +0000",
            "Auto-Submitted: auto-generated", "X-Hashdrop-Id: a.b", "MIME-Version: 1.0",
        ] {
            #expect(text.contains(line + "\r\n"))
        }
        #expect(text.hasSuffix("\r\n\r\nR3LDvMOfZQ0K\r\n"))
    }

    @Test func theSameIdIsTheSameMessage() {
        func messageID(_ id: String) -> Substring? {
            Self.mail("s", id: id).split(separator: "\r\n").first { $0.hasPrefix("Message-ID:") }
        }
        #expect(messageID("a.b") == messageID("a.b"))
        #expect(messageID("a.b") != messageID("a.c"))
        #expect(messageID("a b\r\nBcc: <b>")?.hasSuffix("@example.org>") == true)
    }

    @Test(arguments: [
        "x\r\nBcc: mallory@example.org", "x\nBcc: a", "=?utf-8?q?evil?=", " leading", "Ünïcode", "\u{0}",
        String(repeating: "long name ", count: 20), "\u{2028}Bcc: a", "x\r", "👩‍👩‍👧‍👦 family",
    ])
    func noSubjectEndsItsLine(_ subject: String) {
        let head = Self.mail(subject).components(separatedBy: "\r\n\r\n")[0]
        let lines = head.components(separatedBy: "\r\n")
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(lines.count { !$0.hasPrefix(" ") } == 10)
    }
}

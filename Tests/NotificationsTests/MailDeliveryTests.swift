import Curl
import Foundation
import MetricNames
import Model
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Notifications

/// With a real mail server (aiosmtpd), whose mails Python's email module reads.
@Suite(.limited(.server))
struct MailDeliveryTests {
    private struct Mail: Decodable {
        var tls: Bool
        var user: String?
        var sender: String
        var recipients: [String]
        var headers: [[String]]
        var defects: [String]
        var isMultipart: Bool
        var longest: Int
        var isASCII: Bool
        var text: String

        func header(_ name: String) -> String? { headers.first { $0[0] == name }?[1] }
    }

    private static func options(
        _ port: Int, host: String = "127.0.0.1", _ change: (inout NotificationOptions.Mail) -> Void = { _ in }
    ) -> NotificationOptions {
        var mail = NotificationOptions.Mail(
            server: "smtp://\(host):\(port)", sender: MailAddress("hashdrop@example.org")!)
        change(&mail)
        return .all(mail: mail)
    }

    private static let hostileNames = [
        "plain.txt", "Prüfsummen – Übersicht.csv", "哈希.txt", "x\r\nBcc: mallory@example.org\r\n\r\nHello",
        "\n.\r\n.txt", "=?utf-8?q?evil?=", "\"quoted\" <a@b>", "\u{202E}txt.exe",
        String(repeating: "ä", count: 120),
        "from\nFrom me",
    ]

    @Test func mailsArriveWithAnyNameAndNoOtherHeader() async throws {
        let receiver = try await Receiver("smtp_receiver.py", ["--fail-half"])
        let fixture = try NotificationFixture()
        try fixture.subscribe()
        try await fixture.run(Self.options(receiver.port)) {
            for name in Self.hostileNames { try fixture.refuse(name) }
            try await fixture.eventuallyByMinutes("all are delivered") { try fixture.waiting(.mail) == 0 }
        }
        let mails = try receiver.received(Mail.self)
        #expect(mails.count == Self.hostileNames.count)
        let names = Set(["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Hashdrop-Id"])
            .union(["MIME-Version", "Content-Type", "Content-Transfer-Encoding"])
        for mail in mails {
            #expect(Set(mail.headers.map { $0[0] }) == names)
            #expect(mail.headers.count == names.count)
            #expect(mail.recipients == ["alice@example.org"])
            #expect(mail.sender == "hashdrop@example.org")
            #expect(mail.defects.isEmpty)
            #expect(!mail.isMultipart)
            #expect(mail.isASCII)
            #expect(mail.longest <= 78)
            #expect(mail.header("Auto-Submitted") == "auto-generated")
        }
        for name in Self.hostileNames {
            let shown = DroppedName(name).display
            #expect(mails.contains { $0.text.contains("List      \(shown)\n") })
            #expect(
                mails.contains { $0.header("Subject") == "hashdrop: \(shown.prefix(100)) was refused" })
        }
        #expect(Set(mails.compactMap { $0.header("Message-ID") }).count == mails.count)
    }

    @Test func anUnknownAddressHoldsUpNoOther() async throws {
        let receiver = try await Receiver("smtp_receiver.py")
        let fixture = try NotificationFixture()
        try fixture.subscribe("alice", address: "gone@example.org")
        try fixture.subscribe("bob")
        try await fixture.run(Self.options(receiver.port)) {
            for number in 0..<5 { try fixture.refuse("\(number).png") }
            for number in 0..<5 { try fixture.refuse("\(number).png", user: "bob") }
            try await eventually("bob has his mail") { try receiver.received(Mail.self).count == 5 }
            try await eventually("the refusals are noted") { fixture.results.withLock { $0[.failed] == 5 } }
            // A stop in between would leave a mail to be sent again whose receipt is on its way.
            try await eventually("bob's receipts are noted") { try fixture.waiting(.mail) == 5 }
        }
        #expect(try fixture.waiting(.mail) == 5)
        #expect(try receiver.received(Mail.self).allSatisfy { $0.recipients == ["bob@example.org"] })
    }

    @Test func aDigestIsOneMailOfTheUsersListsAlone() async throws {
        let receiver = try await Receiver("smtp_receiver.py", ["--fail-half"])
        let fixture = try NotificationFixture()
        try fixture.subscribe("alice", digest: .seconds(3_600))
        try fixture.subscribe("bob", digest: .seconds(3_600))
        try await fixture.run(Self.options(receiver.port)) {
            for number in 0..<6 { try fixture.refuse("alices \(number).png") }
            for number in 0..<3 { try fixture.refuse("bobs \(number).png", user: "bob") }
            try await fixture.eventuallyByMinutes("all are delivered") { try fixture.waiting(.mail) == 0 }
        }
        #expect(fixture.clock.passed >= .seconds(3_600))
        let mails = try receiver.received(Mail.self)
        #expect(mails.count == 2)
        let alices = try #require(mails.first { $0.recipients == ["alice@example.org"] })
        #expect(alices.header("Subject") == "hashdrop: 6 lists, 0 malicious files")
        #expect((0..<6).allSatisfy { alices.text.contains("alices \($0).png") })
        #expect(!alices.text.contains("bobs"))
        #expect(alices.header("X-Hashdrop-Id")?.hasSuffix(".digest") == true)
    }

    @Test func thePasswordGoesOverTLSAlone() async throws {
        let receiver = try await Receiver(
            "smtp_receiver.py", ["--host", "0.0.0.0", "--starttls", "--login", "hashdrop", "pass wörd"])
        let fixture = try NotificationFixture()
        try fixture.subscribe()
        let file = fixture.folder.path("password")
        try Data("pass wörd\n".utf8).write(to: URL(filePath: file))
        var curl = CurlOptions()
        curl.certificateFile = receiver.folder.path("certificate.pem")
        // To libcurl, and to us, 0.0.0.0 is another machine; the kernel takes it for this one.
        let options = Self.options(receiver.port, host: "0.0.0.0") {
            $0.user = "hashdrop"
            $0.passwordFile = file
        }
        try await fixture.run(options, curl: curl) {
            try fixture.refuse()
            try await fixture.eventuallyByMinutes("it is delivered") { try fixture.waiting(.mail) == 0 }
        }
        let mail = try #require(try receiver.received(Mail.self).first)
        #expect(mail.tls)
        #expect(mail.user == "hashdrop")
    }

    @Test func aServerWithoutTLSOnAnotherMachineGetsNothing() async throws {
        let receiver = try await Receiver("smtp_receiver.py", ["--host", "0.0.0.0"])
        let client = try CurlClient()
        let mail = CurlMail(
            server: "smtp://0.0.0.0:\(receiver.port)", sender: "a@example.org",
            recipients: ["b@example.org"], message: Array("Subject: s\r\n\r\nt\r\n".utf8), user: "u",
            password: "hunter2")
        let error = await #expect(throws: CurlError.self) { try await client.send(mail) }
        #expect(error?.kind == .tls)
        #expect(try receiver.received(Mail.self).isEmpty)
        var dumped = "\(mail)"
        dump(mail, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func aWrongPasswordIsSaidAndNotRepeated() async throws {
        let receiver = try await Receiver("smtp_receiver.py", ["--login", "hashdrop", "right"])
        let client = try CurlClient()
        let mail = CurlMail(
            server: "smtp://127.0.0.1:\(receiver.port)", sender: "a@example.org",
            recipients: ["b@example.org"], message: Array("Subject: s\r\n\r\nt\r\n".utf8), user: "hashdrop",
            password: "hunter2")
        let answer = try await client.send(mail)
        #expect(answer.status == 535)
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("hunter2"))
    }

    @Test(arguments: [
        "http://127.0.0.1/", "smtp://127.0.0.1/path", "smtp://u:hunter2@127.0.0.1", "smtp://127.0.0.1?x=y",
        "127.0.0.1:25", "smtp://a b/",
    ])
    func aServersURLThatIsNoneIsRefused(_ server: String) async throws {
        let client = try CurlClient()
        let mail = CurlMail(server: server, sender: "a@b", recipients: ["c@d"], message: [])
        let error = await #expect(throws: CurlError.self) { try await client.send(mail) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func whatCannotBeUsedIsSaidAtTheStartWithWhatToWrite() throws {
        let fixture = try NotificationFixture()
        for server in ["http://127.0.0.1/", "mail.example.org", "smtp://u:hunter2@127.0.0.1", ""] {
            let options = Self.options(25) { $0.server = server }
            let error = #expect(throws: NotificationError.self) { try fixture.service(options) }
            let said = error?.description ?? ""
            #expect(said.contains("notify.mailServer") && said.contains("write it as smtp://host:port"))
            #expect(!said.contains("hunter2"))
        }
        let alone = Self.options(25) { $0.user = "hashdrop" }
        let error = #expect(throws: NotificationError.self) { try fixture.service(alone) }
        let words = "notify.mailUser is there and notify.mailPasswordFile is not"
        #expect(error?.description.contains(words) == true)
    }

    @Test(arguments: ["a@b\r\nRCPT TO:<c@d>", "a@b>", "a b@c", "", "a"])
    func anAddressThatWouldBeACommandIsRefused(_ address: String) async throws {
        let client = try CurlClient()
        for (sender, recipient) in [(address, "c@d"), ("a@b", address)] {
            let mail = CurlMail(
                server: "smtp://127.0.0.1:1", sender: sender, recipients: [recipient], message: [])
            let error = await #expect(throws: CurlError.self) { try await client.send(mail) }
            #expect(error?.kind == .invalidRequest)
        }
    }
}

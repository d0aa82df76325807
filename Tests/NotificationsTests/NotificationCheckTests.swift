import Curl
import Foundation
import Store
import TestSupport
import Testing

@testable import Notifications

/// What a start would be refused for is told by the check, and named.
@Suite(.limited(.processor))
struct NotificationCheckTests {
    private static let mail = NotificationOptions.Mail(
        server: "smtp://127.0.0.1:1", sender: MailAddress("hashdrop@example.org")!)

    private static var wrong: [(String, NotificationOptions)] {
        var password = mail
        (password.user, password.passwordFile) = ("hashdrop", "/no/such.password")
        var half = mail
        half.user = "hashdrop"
        var server = mail
        server.server = "ftp://mail.example.org"
        return [
            ("notify.hook", .all(hook: .init(arguments: ["/no/such/program"]))),
            ("notify.webhook ", .all(webhook: .init(.url("ftp://127.0.0.1/")))),
            ("notify.webhookFile", .all(webhook: .init(.file("/no/such.url")))),
            (
                "notify.webhookSecretFile",
                .all(webhook: .init(.url("http://127.0.0.1:1/"), secretFile: "/no/such.secret"))
            ), ("notify.mailPasswordFile", .all(mail: password)),
            ("notify.mailUser", .all(mail: half)), ("notify.mailServer", .all(mail: server)),
        ]
    }

    @Test(arguments: 0..<wrong.count)
    func whatCannotBeUsedIsNamed(number: Int) {
        let (setting, options) = Self.wrong[number]
        let error = #expect(throws: NotificationError.self) {
            try NotificationService.check(options, curl: CurlOptions())
        }
        #expect(error?.description.contains(setting) == true, "\(error?.description ?? "nothing")")
    }

    @Test func whatCanBeUsedIsNotComplainedOf() throws {
        let folder = TemporaryFolder()
        let secret = folder.path("secret")
        try Data("hunter2\n".utf8).write(to: URL(filePath: secret))
        var mail = Self.mail
        (mail.user, mail.passwordFile) = ("hashdrop", secret)
        let options = NotificationOptions.all(
            hook: .init(arguments: ["/bin/sh"]),
            webhook: .init(.url("http://127.0.0.1:1/"), secretFile: secret), mail: mail)
        try NotificationService.check(options, curl: CurlOptions())
    }
}

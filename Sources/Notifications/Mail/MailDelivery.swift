import Curl
import Foundation
import Store
import Support

/// Delivery by mail, to the address that a user has subscribed with.
struct MailDelivery: DeliveryMethod {
    let channel = NotificationChannel.mail
    private let options: NotificationOptions.Mail
    private let curl: CurlClient
    private let password: SecretFile?

    /// Throws a `NotificationError` for a server or a file that cannot be used, and `CurlError`.
    init(_ options: NotificationOptions.Mail, curl: CurlOptions) throws {
        self.options = options
        password = options.passwordFile.map { SecretFile(path: $0, setting: "notify.mailPasswordFile") }
        _ = try password?.read()
        guard (options.user == nil) == (password == nil) else {
            let (given, missing) =
                options.user == nil
                ? ("notify.mailPasswordFile", "notify.mailUser")
                : ("notify.mailUser", "notify.mailPasswordFile")
            throw NotificationError(
                "The setting \(given) is there and \(missing) is not",
                advice: "set both, or none for a server that wants no login")
        }
        do {
            try CurlMail.check(server: options.server)
        } catch {
            throw NotificationError(
                "The setting notify.mailServer cannot be used (\(error.sentence)); write it as "
                    + "smtp://host:port or smtps://host:port, and a name to log in with as notify.mailUser.")
        }
        var curl = curl
        // One at a time: mail servers count connections.
        curl.connectionsMax = 1
        // Some look through a mail before they take it; one that is given up then comes again.
        curl.requestTimeout = Self.timeMax
        curl.stallTimeout = Self.stallMax
        self.curl = try CurlClient(options: curl)
    }

    private static let timeMax: Duration = .seconds(120)
    private static let stallMax: Duration = .seconds(60)

    func deliver(
        _ message: NotificationMessage, to subscription: Subscription?, at now: Date
    ) async -> DeliveryOutcome {
        guard let recipient = subscription?.address else {
            return .failed("its user is no longer subscribed", concernsChannel: false)
        }
        let mail = MailMessage(
            sender: options.sender, recipient: recipient, subject: message.subject, text: message.mailText,
            date: now, id: message.id)
        do {
            let answer = try await curl.send(
                CurlMail(
                    server: options.server, sender: options.sender.description,
                    recipients: [recipient.description], message: mail.bytes, user: options.user,
                    password: try password?.text()))
            return Self.outcome(answer)
        } catch {
            return .failed("\(error)", concernsChannel: true)
        }
    }

    private static func outcome(_ answer: CurlResponse) -> DeliveryOutcome {
        if answer.status < 400 { return .delivered }
        let reply = String(decoding: answer.body, as: UTF8.self)
        return .failed(
            "the mail server refused it: \(LogText.cut(reply))",
            concernsChannel: channelStatuses.contains(answer.status))
    }

    /// The service is not available, or the login failed; others concern one mail or one address (RFC 5321,
    /// 4.2.3; RFC 4954, 6).
    private static let channelStatuses: Set<Int> = [421, 454, 500, 502, 503, 530, 534, 535, 538]
}

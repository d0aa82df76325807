import Cryptography
import Curl
import Foundation
import Store
import Support

/// Delivery by an HTTP POST. Redirects are not followed, and any status from 200 to 299 is a receipt.
struct WebhookDelivery: DeliveryMethod {
    let channel = NotificationChannel.webhook
    private let options: NotificationOptions.Webhook
    private let curl: CurlClient
    private let secret: SecretFile?

    /// Throws a `NotificationError` for an address or a file that cannot be used, and `CurlError`.
    init(_ options: NotificationOptions.Webhook, curl: CurlOptions) throws {
        self.options = options
        secret = options.secretFile.map { SecretFile(path: $0, setting: "notify.webhookSecretFile") }
        _ = try secret?.read()
        _ = try Self.url(at: options.address)
        var curl = curl
        curl.connectionsMax = 1
        // The answer is read and not looked at.
        curl.bodyBytesMax = Self.answerBytesMax
        self.curl = try CurlClient(options: curl)
    }

    /// The URL, or a `NotificationError` that names the setting and not the value, which may be a secret.
    private static func url(at address: NotificationOptions.Webhook.Address) throws -> String {
        let subject: String
        let text: String
        switch address {
        case .url(let url):
            subject = "The setting notify.webhook cannot be used"
            text = url
        case .file(let path):
            subject = "The file '\(path)' (notify.webhookFile) holds no URL that can be used"
            text = try SecretFile(path: path, setting: "notify.webhookFile").text()
        }
        do {
            _ = try CurlURL(text)
        } catch {
            throw NotificationError(
                "\(subject) (\(error.sentence)); write the URL that takes the messages there, such as "
                    + "https://example.org/hook, and nothing else.")
        }
        return text
    }

    private static let answerBytesMax = 1 << 20

    func deliver(
        _ message: NotificationMessage, to subscription: Subscription?, at now: Date
    ) async -> DeliveryOutcome {
        do {
            let body =
                switch options.format {
                case .json: try message.json(isLocal: false)
                case .text: message.chatJSON()
                case .teams: try message.teamsJSON()
                }
            var headers = [
                ("Content-Type", "application/json; charset=utf-8"), ("X-Hashdrop-Id", message.id),
            ]
            if let secret {
                headers.append(
                    (
                        "X-Hashdrop-Signature",
                        WebhookSignature.header(body: body, secret: try secret.read(), at: now)
                    ))
            }
            let answer = try await curl.perform(
                CurlRequest(url: try Self.url(at: options.address), headers: headers, body: body))
            if (200...299).contains(answer.status) { return .delivered }
            return .failed("the receiver answered with status \(answer.status)", concernsChannel: true)
        } catch {
            return .failed("\(error)", concernsChannel: true)
        }
    }
}

/// Signature of a webhook's body: a receiver that knows the secret can tell who sent it, and when.
enum WebhookSignature {
    /// `t=1795895445,v1=<64 digits>`: the seconds since 1970, and HMAC-SHA256 over them, a full stop and the
    /// body.
    static func header(body: [UInt8], secret: [UInt8], at now: Date) -> String {
        let time = "\(Int(now.timeIntervalSince1970))"
        let code = MessageAuthenticationCode.of(Array("\(time).".utf8) + body, secret: secret)
        return "t=\(time),v1=\(Hex.string(code))"
    }
}

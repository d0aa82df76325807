package import Curl
package import Store
package import Support

extension NotificationOptions {
    /// The channels that are set, each with its way of delivery, or why there is none.
    ///
    /// The one place that says what a channel needs: a start throws the first error, and `hashdrop doctor`
    /// tells of all.
    func methods(
        curl: CurlOptions, clock: any ServiceClock
    ) -> [(channel: NotificationChannel, method: Result<any DeliveryMethod, any Error>)] {
        var methods: [(channel: NotificationChannel, method: Result<any DeliveryMethod, any Error>)] = []
        if let hook { methods.append((.hook, Result { try HookDelivery(hook, clock: clock) })) }
        if let webhook { methods.append((.webhook, Result { try WebhookDelivery(webhook, curl: curl) })) }
        if let mail { methods.append((.mail, Result { try MailDelivery(mail, curl: curl) })) }
        return methods
    }

    /// The files with secrets that a channel reads.
    package func secretFiles(of channel: NotificationChannel) -> [String] {
        switch channel {
        case .hook: return []
        case .webhook:
            let url: String? = if case .file(let path)? = webhook?.address { path } else { nil }
            return [url, webhook?.secretFile].compactMap(\.self)
        case .mail: return [mail?.passwordFile].compactMap(\.self)
        }
    }

    /// The channels that are set, each with the reason why no daemon starts with it; nothing is sent.
    package func refusals(
        curl: CurlOptions, clock: any ServiceClock
    ) -> [(channel: NotificationChannel, refusal: Explanation?)] {
        methods(curl: curl, clock: clock).map { channel, method in
            guard case .failure(let error) = method else { return (channel, nil) }
            return (channel, explanation(of: error))
        }
    }
}

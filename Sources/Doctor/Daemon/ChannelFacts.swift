package import Store
package import Support

/// A channel of notifications that is set, and whether a daemon can start with it.
package struct ChannelFacts: Hashable, Sendable {
    package var channel: NotificationChannel
    /// That sets it, such as `notify.hook`.
    package var setting: String
    /// Why no daemon starts with it; nil if one does.
    package var refusal: Explanation?
    /// The files with its secrets.
    package var files: [SecretFileFacts]

    package init(
        _ channel: NotificationChannel, setting: String, refusal: Explanation?, files: [SecretFileFacts] = []
    ) {
        self.channel = channel
        self.setting = setting
        self.refusal = refusal
        self.files = files
    }

    /// Whether it can be used, and what is unwise about its files.
    func findings(_ account: Account) -> [Finding] {
        [finding(account)]
            + files.compactMap { $0.finding(.notifications) }.filter { $0.state != .ok }
    }

    func finding(_ account: Account) -> Finding {
        guard let refusal else {
            return .ok(.notifications, setting, "its settings and files can be used; nothing was sent")
        }
        // What this account may not read or run hashdrop's may, perhaps.
        guard account.isStranger, account.userID != 0 else {
            return .explained(.notifications, setting, .failed, refusal, advice: "Correct \(setting)")
        }
        return .warning(
            .notifications, setting, "\(refusal.reason), asked as '\(account.name)'",
            advice: account.advice)
    }
}

/// What a channel's failures mean. Pure.
extension ChannelTrouble {
    /// - Parameter channels: those that are set; one that no daemon can start with has failed already.
    func finding(_ channels: [ChannelFacts]) -> Finding {
        let facts = channels.first { $0.channel == channel }
        let subject = facts?.setting ?? channel.rawValue
        guard facts?.refusal == nil else {
            return .warning(.notifications, subject, sentence, advice: "See its finding before this one")
        }
        let advice =
            "Mend what the error says; what waits is then delivered by itself, within 6 hours at most"
        return isLasting
            ? .failed(.notifications, subject, sentence, advice: advice)
            : .warning(.notifications, subject, sentence, advice: "Nothing yet: it is tried again by itself")
    }
}

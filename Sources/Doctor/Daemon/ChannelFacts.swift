package import Support

/// A channel of notifications that is set, and whether a daemon can start with it.
package struct ChannelFacts: Hashable, Sendable {
    /// That sets it, such as `notify.hook`.
    package var setting: String
    /// Why no daemon starts with it; nil if one does.
    package var refusal: Explanation?

    package init(setting: String, refusal: Explanation?) {
        self.setting = setting
        self.refusal = refusal
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

extension SettingKey {
    /// Settings that do nothing unless at least one of others turns on what they are about.
    package struct Need: Hashable, Sendable {
        /// The names of the settings that do nothing by themselves.
        package let names: [String]
        /// The names of those of which one must have a value that is not `off`.
        package let others: [String]

        init(_ names: [String], _ others: [String]) {
            self.names = names
            self.others = others
        }
    }

    private static let webhook = ["notify.webhook", "notify.webhookFile"]
    private static let told = ["notify.hook"] + webhook

    package static let needs: [Need] = [
        Need(["notify.hookTimeout"], ["notify.hook"]),
        Need(["notify.webhookFormat", "notify.webhookSecretFile"], webhook),
        Need(["notify.mailFrom", "notify.mailUser", "notify.mailPasswordFile"], ["notify.mailServer"]),
        Need(["notify.events"], told),
        Need(["notify.stuckAfter", "notify.page"], told + ["notify.mailServer"]),
        Need(
            ["shared.passwordFile", "shared.site", "shared.whenAway", "shared.sliceShare"],
            ["shared.database"]),
        Need(["metrics.otherMachines"], ["metrics.listen"]),
        Need(
            [
                "web.publicHosts", "web.trustedProxies", "web.sessionLifetime", "web.sessionIdle",
                "web.connections",
            ], ["web.listen"]),
    ]
}

extension HashdropSettings {
    /// The settings that are not at their default and do nothing, each with those of which one is missing
    /// (`SettingKey.needs`).
    package var withoutEffect: [(name: String, needs: [String])] {
        var found: [(name: String, needs: [String])] = []
        for need in SettingKey.needs where !need.others.contains(where: isOn) {
            for name in need.names where isChanged(name) { found.append((name, need.others)) }
        }
        return found
    }

    private func isOn(_ name: String) -> Bool { !["", "off"].contains(texts[name] ?? "") }

    private func isChanged(_ name: String) -> Bool {
        let key = SettingKey.all.first { $0.name == name }
        return texts[name] != key?.defaultValue
    }
}

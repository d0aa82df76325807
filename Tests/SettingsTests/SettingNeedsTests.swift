import Foundation
import Settings
import TestSupport
import Testing

/// Settings that do nothing without another are named.
struct SettingNeedsTests {
    /// A value that is not the default, and that turns on what is off by default.
    private static let values = [
        "notify.hook": "[/bin/true]", "notify.hookTimeout": "31s", "notify.webhook": "https://example.org/",
        "notify.webhookFile": "/etc/passwd", "notify.webhookFormat": "teams",
        "notify.webhookSecretFile": "/etc/passwd", "notify.mailServer": "smtp://127.0.0.1:25",
        "notify.mailFrom": "a@example.org", "notify.mailUser": "a",
        "notify.mailPasswordFile": "/etc/passwd", "notify.events": "[done]", "notify.stuckAfter": "7h",
        "notify.page": "https://example.org", "metrics.listen": "127.0.0.1:9179",
        "metrics.otherMachines": "true", "web.listen": "127.0.0.1:8081", "web.publicHosts": "[example.org]",
        "web.trustedProxies": "[127.0.0.1]", "web.sessionLifetime": "13h", "web.sessionIdle": "2h",
        "web.connections": "99", "shared.database": "postgres://a@db.example.org/hashdrop",
        "shared.passwordFile": "/etc/passwd", "shared.site": "a", "shared.whenAway": "slice",
        "shared.sliceShare": "25",
    ]

    /// What the settings of that file are told to lack; the page is off unless they turn it on.
    private func lacking(_ names: [String]) async throws -> [String: [String]] {
        var text = names.contains("web.listen") ? "" : "web.listen: off\n"
        for name in names {
            let value = try #require(Self.values[name], "\(name)")
            text += "\(name): \(value)\n"
        }
        var sections: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ".", maxSplits: 1).map(String.init)
            sections[parts[0], default: []].append("  \(parts[1])\n")
        }
        let folder = TemporaryFolder()
        try Data(sections.map { "\($0.key):\n\($0.value.joined())" }.joined().utf8)
            .write(to: folder.url.appending(path: "a.yaml"))
        let settings = try await SettingsLoader.load(path: folder.path("a.yaml"), environment: [:])
        return Dictionary(
            uniqueKeysWithValues: settings.withoutEffect.map { ($0.name, $0.needs) })
    }

    @Test(arguments: SettingKey.needs)
    func eachIsNamedWithoutTheOthersAndNotBesideOneOfThem(_ need: SettingKey.Need) async throws {
        let known = SettingKey.all.map(\.name)
        #expect((need.names + need.others).allSatisfy(known.contains))
        for name in need.names {
            #expect(try await lacking([name]) == [name: need.others])
            for other in need.others { #expect(try await lacking([name, other])[name] == nil) }
        }
        #expect(try await lacking(need.names).count == need.names.count)
    }

    @Test func whatHasItsDefaultIsNoMatter() async throws {
        #expect(try await SettingsLoader.load(path: nil, environment: [:]).withoutEffect.isEmpty)
        let off = try await SettingsLoader.load(
            path: nil,
            environment: [
                "HASHDROP_WEB_LISTEN": "off", "HASHDROP_NOTIFY_WEBHOOK_FORMAT": "json",
                "HASHDROP_NOTIFY_STUCK_AFTER": "6h", "HASHDROP_METRICS_OTHER_MACHINES": "false",
            ])
        #expect(off.withoutEffect.isEmpty)
    }
}

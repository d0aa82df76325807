import Foundation
import Glibc
import Simulator
import TestSupport
import Testing

/// `hashdrop doctor`, the real program.
@Suite(.limited(.daemon))
struct DoctorCommandTests {
    private struct Line: Decodable {
        var check: String
        var subject: String
        var state: String
        var message: String
        var advice: String?
    }

    private struct Report: Decodable {
        var checks: [Line]
        var failed: Int
        var warnings: Int
        var ok: Int

        func states(_ check: String) -> [String] { checks.filter { $0.check == check }.map(\.state) }
    }

    private func report(_ ended: Program.Ended) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(ended.output.utf8))
    }

    @Test func besideADaemonAllIsWellAndNothingStays() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_WEB_LISTEN": "127.0.0.1:0"]) { place, simulator in
            try await place.serve()
            let before = try await place.shell("find spool/alice reports spool/.hashdrop -name '*doctor*'")
            let ended = try await place.hashdrop("doctor", "--json")
            let report = try report(ended)
            #expect(report.checks.filter { $0.state == "failed" }.map(\.message) == [])
            #expect(ended.exitCode == 0, "\(ended.output)")
            for check in ["daemon", "helper", "events", "rename", "database", "http", "key"] {
                #expect(Set(report.states(check)) == ["ok"], "\(check): \(ended.output)")
            }
            #expect(report.checks.contains { $0.check == "events" && $0.subject.hasSuffix("spool/alice") })
            #expect(report.ok + report.warnings == report.checks.count)
            #expect(simulator.journal.lookups.isEmpty)
            let after = try await place.shell("find spool/alice reports spool/.hashdrop -name '*doctor*'")
            #expect(before.output.isEmpty && after.output.isEmpty)
            let text = try await place.hashdrop("doctor")
            #expect(text.output.contains("\nok       database"), "\(text.output)")
            #expect(text.output.contains(" 0 failed") || text.output.contains("\n0 failed"))
            // The daemon has taken no probe for a list.
            #expect(place.jobCount == 0)
        }
    }

    @Test func theOneRequestCountsInTheDaemonsQuota() async throws {
        let quota = [
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "1", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "7",
        ]
        try await DaemonFixture.with(settings: quota) { place, simulator in
            try await place.serve()
            let first = try report(try await place.hashdrop("doctor", "--json", "--ask"))
            #expect(first.states("key-accepted") == ["ok"])
            try await eventually("the daemon counts it") {
                let status = try await place.hashdrop("status").output
                return status.contains("1 of 1 this minute, 1 of 7 today")
            }
            // And the next is refused by the ledger, whoever asks.
            let second = try report(try await place.hashdrop("doctor", "--json", "--ask"))
            #expect(second.checks.last?.message.contains("the quota of this minute is used up") == true)
            #expect(simulator.journal.lookups.count == 1)
        }
    }

    @Test func withoutASpoolItFailsAndMakesNone() async throws {
        let place = DaemonFixture()
        let ended = try await place.hashdrop("doctor")
        #expect(ended.exitCode == 75)
        #expect(ended.output.contains("'hashdrop user add NAME' makes a new spool"), "\(ended.output)")
        #expect(!FileManager.default.fileExists(atPath: place.folder.path("spool")))
    }

    @Test func aStoppedDaemonAndAClosedPortFail() async throws {
        let place = DaemonFixture()
        try await place.serve()
        kill(try #require(place.processID), SIGSTOP)
        let ended = try await place.hashdrop("doctor", "--json")
        kill(try #require(place.processID), SIGCONT)
        #expect(ended.exitCode == 75)
        let report = try report(ended)
        #expect(report.states("daemon") == ["failed"])
        #expect(report.states("tcp") == ["failed"])
        #expect(report.states("database") == ["ok"])
        try await place.stop()
    }

    @Test func wrongSettingsAreSaidAsEverywhere() async throws {
        let ended = try await DaemonFixture().hashdrop(
            "doctor", environment: ["HASHDROP_SPOOL_POLL": "often"])
        #expect(ended.exitCode == 78)
    }

    @Test func whatTheNextStartRefusesIsTold() async throws {
        let ended = try await DaemonFixture().hashdrop(
            "doctor", "--json",
            environment: [
                "HASHDROP_NOTIFY_HOOK": "/no/such/program", "HASHDROP_WEB_LISTEN": "0.0.0.0:0",
                "HASHDROP_METRICS_LISTEN": "192.0.2.1:9179",
            ])
        let report = try report(ended)
        for check in ["page", "metrics", "notifications"] {
            #expect(report.states(check) == ["failed"], "\(ended.output)")
        }
        let hook = report.checks.first { $0.check == "notifications" }
        #expect(hook?.message.contains("/no/such/program") == true)
        #expect(hook?.message.hasSuffix("it is missing") == true && hook?.advice?.contains("chmod") == false)
    }

    @Test func aPipeInTheKeysPlaceAndASecretForAllAreTold() async throws {
        let place = DaemonFixture()
        _ = try await place.shell("mkfifo vt.key; echo secret >hook.secret; chmod 644 hook.secret")
        let ended = try await place.hashdrop(
            "doctor", "--json",
            environment: [
                "HASHDROP_VIRUSTOTAL_API_KEY": nil, "HASHDROP_VIRUSTOTAL_API_KEY_FILE": "vt.key",
                "HASHDROP_NOTIFY_WEBHOOK": "http://127.0.0.1:1/",
                "HASHDROP_NOTIFY_WEBHOOK_SECRET_FILE": "hook.secret",
            ])
        let report = try report(ended)
        let key = report.checks.first { $0.check == "key" }
        #expect(key?.message.hasSuffix("cannot be read (it is a named pipe)") == true, "\(ended.output)")
        #expect(report.states("key-file") == [])
        #expect(report.states("notifications") == ["ok", "warning"])
        let advice = "sudo chmod o= \(place.folder.path("hook.secret"))"
        #expect(report.checks.contains { $0.advice == advice }, "\(ended.output)")
        // Nothing is there yet, for one reason.
        #expect(report.states("spool") == ["failed", "warning", "warning"])
    }

    /// As an ordinary account, because permissions do not bind root.
    @Test(.enabled(if: geteuid() == 0 && FileManager.default.fileExists(atPath: "/usr/bin/setpriv")))
    func anAccountWithoutRightsIsToldSo() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        let settings = place.environment.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
        let ended = try await place.shell(
            """
            chmod 755 .
            exec setpriv --reuid=65534 --regid=65534 --clear-groups env \(settings) \
                \(Program.path("hashdrop")) doctor --json
            """)
        let report = try report(ended)
        let account = try #require(report.checks.first)
        #expect((account.check, account.state) == ("account", "warning"))
        #expect(account.advice == "Ask as the spool's account: sudo -u root hashdrop doctor")
        for check in ["rename", "database", "daemon"] {
            #expect(Set(report.states(check)) == ["warning"], "\(check): \(ended.output)")
        }
        #expect(report.checks.filter { $0.state == "failed" }.map(\.check) == ["tcp"])
    }
}

import Foundation
import Support
import Testing

@testable import Doctor

@Suite struct FindingReportTests {
    private let report = FindingReport([
        .ok(.daemon, "/srv/spool", "runs (process 7)"),
        .ok(.fileSystem, "/srv/spool", "ext4"),
        .ok(.fileSystem, "/srv/spool/alice", "ext4"),
        .ok(.fileSystem, "/srv/spool/bob", "ext4"),
        .warning(.ownership, "/srv/spool/bob", "mode 0777", advice: "sudo chmod o= /srv/spool/bob"),
        .failed(.tcp, "www.virustotal.com:443", "refused", advice: "Let the firewall pass it"),
    ])

    @Test func linesAreAlignedAndSayWhatToDo() {
        let expected = """
            ok       daemon       /srv/spool: runs (process 7)
            ok       file-system  /srv/spool, /srv/spool/alice and 1 more: ext4
            warning  ownership    /srv/spool/bob: mode 0777
                                  → sudo chmod o= /srv/spool/bob
            failed   tcp          www.virustotal.com:443: refused
                                  → Let the firewall pass it

            1 failed, 1 warning, 4 ok.
            """
        #expect(report.text == expected)
        #expect(report.hasFailed)
        #expect(!FindingReport([.warning(.key, "k", "m", advice: "a")]).hasFailed)
    }

    @Test func controlsInAPathDoNotReachTheTerminal() {
        #expect(FindingReport([.ok(.spool, "/srv/\u{1B}[2J", "x")]).text.contains("/srv/\\u{1B}[2J: x"))
    }

    @Test func everyLineOfTheJSONHasEveryKey() throws {
        let object = try JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any]
        #expect(object?["failed"] as? Int == 1)
        #expect(object?["warnings"] as? Int == 1)
        #expect(object?["ok"] as? Int == 4)
        let checks = try #require(object?["checks"] as? [[String: Any]])
        #expect(checks.count == 6)
        for check in checks {
            #expect(check.keys.sorted() == ["advice", "check", "message", "state", "subject"])
        }
        #expect(checks[0]["advice"] is NSNull)
        #expect(checks[4]["advice"] as? String == "sudo chmod o= /srv/spool/bob")
        #expect(checks[1]["check"] as? String == "file-system")
    }

    /// Programs know them.
    @Test func theNamesOfTheChecksStay() {
        #expect(
            Check.allCases.map(\.rawValue) == [
                "account", "daemon", "page", "metrics", "notifications", "helper", "spool", "file-system",
                "ownership", "rename",
                "same-file-system", "read-lease", "events", "inotify-watches", "inotify-instances",
                "database",
                "database-size", "free-space", "inodes", "clock", "time-synchronisation",
                "shared-database", "shared-clock", "sites", "key", "key-file",
                "proxy", "name-resolution", "tcp", "tls", "http", "key-accepted", "quota",
            ])
    }

    @Test(arguments: [
        ("/srv/spool", "/srv/spool"), ("/srv/my spool", "'/srv/my spool'"), ("it's", #"'it'\''s'"#),
        ("-rf", "'-rf'"), ("", "''"), ("a;b", "'a;b'"),
    ])
    func aCommandOfTheAdviceCanBeCopied(_ text: String, _ quoted: String) {
        #expect(ShellWord.quoted(text) == quoted)
    }

    @Test func anErrorsReasonAndAdviceStayWhole() {
        func finding(_ explanation: Explanation) -> Finding {
            .explained(.key, "k", .failed, explanation, advice: "x")
        }
        let both = finding(Explanation("The file 'a. b' is empty", advice: "put a key. Or two into it"))
        #expect((both.message, both.advice) == ("The file 'a. b' is empty", "Put a key. Or two into it"))
        let reason = finding(Explanation(sentence: "It is damaged. It was whole."))
        #expect((reason.message, reason.advice) == ("It is damaged. It was whole", "x"))
    }
}

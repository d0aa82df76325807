import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// Notifications of the real daemon, by a hook.
@Suite(.limited(.daemon))
struct NotificationTests {
    private struct Message: Decodable {
        struct Job: Decodable {
            var id: String
            var name: String
            var state: String
            var hashes: Int
            var folder: String
        }

        var id: String
        var event: String
        var user: String
        var job: Job
    }

    /// Writes the hook's script into the daemon's folder: it appends each message to `told`. The program is
    /// the shell, because the kernel starts no file that a child of another test may have open for writing.
    private static func makeHook(_ place: DaemonFixture, before: String = "", after: String = "") throws {
        let script = """
            \(before)
            env > '\(place.folder.path("environment"))'
            cat >> '\(place.folder.path("told"))' && echo >> '\(place.folder.path("told"))'
            \(after)
            """
        let path = place.folder.path("hook.sh")
        try Data(script.utf8).write(to: URL(filePath: path))
        place.environment["HASHDROP_NOTIFY_HOOK"] = "/bin/sh,\(path)"
    }

    private static func told(_ place: DaemonFixture) throws -> [Message] {
        let text = (try? String(contentsOfFile: place.folder.path("told"), encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Message.self, from: Data($0.utf8))
        }
    }

    /// The process of a hook that writes its number down and hangs.
    private static func hangingHook(_ place: DaemonFixture) async throws -> pid_t {
        try await eventually("the hook hangs") {
            (try? String(contentsOfFile: place.folder.path("hanging"), encoding: .utf8)).flatMap {
                $0.hasSuffix("\n") ? pid_t($0.dropLast()) : nil
            }
        }
    }

    private static func drop(_ name: String, _ number: Int, in place: DaemonFixture) throws {
        let text = Samples.hash(70_000 + number, .md5).hexadecimal + "\n"
        try Data(text.utf8).write(to: place.folder.url.appending(path: "list.src"))
        try FileManager.default.moveItem(
            at: place.folder.url.appending(path: "list.src"), to: place.drop.appending(path: name))
    }

    @Test func theHookIsToldOfEachListOnceItsReportStands() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_NOTIFY_EVENTS": "done,refused"]) { place, _ in
            try Self.makeHook(place)
            try await place.serve()
            try Self.drop("iocs.txt", 1, in: place)
            try Data("no hash at all\n".utf8).write(to: place.folder.url.appending(path: "list.src"))
            _ = try await place.shell("mv list.src spool/alice/none.txt")
            try await eventually("both are told") { try Self.told(place).count == 2 }
            let told = try Self.told(place)
            let done = try #require(told.first { $0.event == "done" })
            #expect(done.user == "alice")
            #expect(done.job.name == "iocs.txt")
            #expect(done.job.state == "done")
            #expect(done.job.hashes == 1)
            #expect(done.job.folder.hasSuffix("/reports/alice/\(done.job.id)_iocs.txt"))
            #expect(FileManager.default.fileExists(atPath: done.job.folder + "/report.csv"))
            #expect(told.first { $0.event == "refused" }?.job.name == "none.txt")
            let environment = try String(contentsOfFile: place.folder.path("environment"), encoding: .utf8)
            #expect(!environment.contains("HASHDROP_"))
            #expect(!environment.contains(SimulatedAccount.demoKey))
        }
    }

    @Test func whatADaemonHadNoReceiptForWhenItWasKilledTheNextOneTells() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_NOTIFY_EVENTS": "done"]) { place, _ in
            let isBlocked = place.folder.path("blocked")
            try Data().write(to: URL(filePath: isBlocked))
            // The first message is taken, and the daemon does not learn of it.
            try Self.makeHook(
                place,
                after: """
                    if [ -e '\(isBlocked)' ]; then
                        echo $$ > '\(place.folder.path("hanging"))'
                        exec sleep 1000
                    fi
                    """)
            try await place.serve()
            for number in 0..<5 { try Self.drop("\(number).txt", 10 + number, in: place) }
            for number in 0..<5 { _ = try await place.finished("\(number).txt") }
            let hook = try await Self.hangingHook(place)
            try await place.stop(signal: SIGKILL)
            kill(hook, SIGKILL)
            let first = try #require(try Self.told(place).first)
            #expect(try Self.told(place).count == 1)
            try FileManager.default.removeItem(atPath: isBlocked)
            try place.startDaemon()
            try await eventually("all are told") { try Set(Self.told(place).map(\.id)).count == 5 }
            let told = try Self.told(place)
            #expect(Set(told.map(\.job.name)) == Set((0..<5).map { "\($0).txt" }))
            #expect(told.count { $0.id == first.id } == 2, "the id tells that it came before")
            #expect(told.count == 6)
        }
    }

    @Test func aHookThatHangsHoldsUpNeitherListsNorTheStop() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_NOTIFY_EVENTS": "done"]) { place, _ in
            try Self.makeHook(place, before: "echo $$ > '\(place.folder.path("hanging"))'; sleep 1000")
            try await place.serve()
            for number in 0..<3 { try Self.drop("\(number).txt", 20 + number, in: place) }
            for number in 0..<3 { _ = try await place.finished("\(number).txt") }
            let hook = try await Self.hangingHook(place)
            try await place.stop()
            #expect(kill(hook, 0) != 0, "no hook is left behind")
        }
    }

    @Test func theOperatorIsToldOfARefusedKey() async throws {
        // The daemon looks four times in the time after which a list is stuck.
        let settings = ["HASHDROP_NOTIFY_EVENTS": "quota", "HASHDROP_NOTIFY_STUCK_AFTER": "60s"]
        try await DaemonFixture.with(settings: settings) { place, simulator in
            simulator.addFault(FaultRule(.wrongCredentials))
            try Self.makeHook(place)
            try await place.serve()
            try Self.drop("iocs.txt", 40, in: place)
            try await eventually("the key is told of") {
                let told = try? String(contentsOfFile: place.folder.path("told"), encoding: .utf8)
                return told?.contains("\"id\":\"key-") == true
            }
            #expect(try !place.daemonLog().contains(SimulatedAccount.demoKey))
        }
    }

    @Test func aUserSubscribesByCommand() async throws {
        try await DaemonFixture.with { place, _ in
            _ = try await place.hashdrop("user", "add", "alice")
            _ = try await place.hashdrop("user", "add", "carol", "--administrator")
            func notify(_ arguments: String...) async throws -> Program.Ended {
                try await Program.run(
                    place.program, ["user", "notify"] + arguments, environment: place.environment,
                    in: place.folder)
            }
            #expect(try await notify("alice").output == "alice: is told nothing by mail.\n")
            #expect(try await notify("alice", "--digest", "1h").exitCode == 64, "there is no address yet")
            let first = try await notify("alice", "--mail", "alice@example.org", "--digest", "90m")
            #expect(
                first.output
                    == "alice: mail to alice@example.org of malicious, refused, stuck, those of 90m in one\n")
            let second = try await notify("alice", "--events", "done, malicious", "--digest", "0s")
            #expect(second.output == "alice: mail to alice@example.org of done, malicious, one each\n")
            #expect(try await notify("alice").output == second.output)
            #expect(
                try await notify("carol", "--mail", "carol@example.org").output
                    == "carol: mail to carol@example.org of malicious, refused, stuck, quota, one each\n")
            #expect(try await notify("alice", "--off").output == "alice: is told nothing by mail.\n")
            for wrong in [
                ["nobody"], ["alice", "--mail", "a@b\nBcc: c@d"], ["alice", "--events", "everything"],
                ["alice", "--digest", "8d"], ["alice", "--off", "--mail", "a@b"],
                ["alice", "--mail", "a@b", "--events", "quota"],
            ] {
                let ended = try await Program.run(
                    place.program, ["user", "notify"] + wrong, environment: place.environment,
                    in: place.folder)
                #expect(ended.exitCode != 0, "\(wrong)")
                #expect(!ended.errors.isEmpty, "\(wrong)")
            }
            #expect(try await notify("alice").output == "alice: is told nothing by mail.\n")
        }
    }

    @Test(arguments: [
        ["HASHDROP_NOTIFY_HOOK": "tell.sh"], ["HASHDROP_NOTIFY_HOOK": "/no/such/program"],
        ["HASHDROP_NOTIFY_WEBHOOK": "example.org"], ["HASHDROP_NOTIFY_EVENTS": "everything"],
        ["HASHDROP_NOTIFY_WEBHOOK_FORMAT": "xml"], ["HASHDROP_NOTIFY_MAIL_SERVER": "smtp://127.0.0.1:25"],
        ["HASHDROP_NOTIFY_PAGE": "example.org"], ["HASHDROP_NOTIFY_WEBHOOK_FILE": "/no/such/file"],
        ["HASHDROP_NOTIFY_WEBHOOK": "https://example.org/", "HASHDROP_NOTIFY_WEBHOOK_FILE": "/etc/passwd"],
        [
            "HASHDROP_NOTIFY_MAIL_SERVER": "http://127.0.0.1:25",
            "HASHDROP_NOTIFY_MAIL_FROM": "hashdrop@example.org",
        ],
        [
            "HASHDROP_NOTIFY_WEBHOOK": "https://example.org/",
            "HASHDROP_NOTIFY_WEBHOOK_SECRET_FILE": "/no/such/secret",
        ],
    ])
    func settingsThatCannotWorkEndTheStart(_ settings: [String: String]) async throws {
        let place = DaemonFixture(settings: settings)
        _ = try await place.hashdrop("user", "add", "alice", environment: settings.mapValues { _ in nil })
        let ended = try await place.hashdrop("serve")
        #expect(ended.exitCode == 78)
        #expect(ended.errors.contains("notify.") || ended.errors.contains("HASHDROP_NOTIFY_"))
    }
}

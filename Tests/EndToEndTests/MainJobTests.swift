import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// The main job, with the real programs, real files and a simulated VirusTotal.
@Suite(.limited(.daemon))
struct MainJobTests {
    /// A hundred MD5 hashes, one a line, in no order.
    private static func list(_ salt: Int) -> [String] {
        (0..<100).map { Samples.hash(salt * 1000 + $0 * 7, .md5).hexadecimal }
    }

    @Test func aListBecomesOneJobHoweverItArrivesAndCostsNothingTheSecondTime() async throws {
        try await DaemonFixture.with { place, simulator in
            try await place.serve()
            let copied = Self.list(1)
            let moved = Self.list(2)
            let appended = Self.list(3)
            for (name, list) in [("copied", copied), ("moved", moved), ("appended", appended)] {
                let text = list.joined(separator: "\n") + "\n"
                try Data(text.utf8).write(to: place.folder.url.appending(path: "\(name).src"))
            }
            _ = try await place.shell("cp copied.src spool/alice/copied.txt")
            _ = try await place.shell("mv moved.src spool/alice/moved.txt")
            _ = try await place.shell(
                "while read -r h; do echo $h >>spool/alice/appended.txt; done <appended.src")
            for (name, list) in [("copied", copied), ("moved", moved), ("appended", appended)] {
                let report = try await place.finished("\(name).txt")
                #expect(try report.hashes() == list, "\(name)")
                #expect(place.folders("\(name).txt").count == 1)
                #expect(report.status?.counts.hashes == 100)
                #expect(try report.text("input") == list.joined(separator: "\n") + "\n")
                #expect(try report.text("report.html").contains(list[0]))
            }
            #expect(simulator.journal.lookups.count == 300)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place.drop.path(percentEncoded: false))
                    .isEmpty)

            simulator.clearJournal()
            _ = try await place.shell("cp copied.src spool/alice/copied.txt")
            let again = try await place.finished("copied.txt", number: 1)
            #expect(try again.hashes() == copied)
            #expect(again.status?.requests.sent == 0)
            #expect(again.status?.requests.savedByCache == 100)
            #expect(simulator.journal.lookups.isEmpty)
        }
    }

    @Test func theSimulatorServesFromAProcessOfItsOwnAndTellsWhatItWasAsked() async throws {
        let log = TemporaryFolder()
        let simulator = try Program.start(
            Program.path("hashdrop"),
            ["simulate", "--port", "0", "--per-minute", "0", "--per-day", "0", "--journal", "journal.jsonl"],
            in: log, log: log)
        defer { simulator.send(SIGTERM) }
        let url = try await eventually("the simulator's address") {
            try Program.text(log, "output").split(separator: " ").last.map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
        }
        func asked() throws -> Int { try Program.text(log, "journal.jsonl").split(separator: "\n").count }
        let place = DaemonFixture(endpoint: url)
        try await place.serve()
        let list = Self.list(9)
        for number in 0..<2 {
            try Data((list.joined(separator: "\n") + "\n").utf8).write(
                to: place.drop.appending(path: "list.txt"))
            let report = try await place.finished("list.txt", number: number)
            #expect(try report.hashes() == list)
            #expect(report.status?.simulated == true)
            #expect(try asked() == 100)
        }
        try await place.stop()
    }

    @Test func submitShowsTheProgressAndExitsByVerdict() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let lists = [
                ("clean.txt", "d41d8cd98f00b204e9800998ecf8427e the empty file\n", Int32(0)),
                ("bad.txt", "44d88612fea8a8f36de82e1278abb02f EICAR\n", 1),
                ("unknown.txt", "e92e313c775f2d2fee29fe38f9464f5d\n", 2),
                ("partly.txt", "d41d8cd98f00b204e9800998ecf8427e\nd41d8cd98f00b204e9800998ecf8427\n", 2),
                ("prose.txt", "nothing to see here\n", 65),
            ]
            for (name, text, code) in lists {
                try Data(text.utf8).write(to: place.folder.url.appending(path: name))
                let ended = try await place.hashdrop("submit", "--wait", "--timeout", "600", name)
                #expect(ended.exitCode == code, "\(name): \(ended.errors)")
                #expect(ended.output.contains("report.html") == (code != 65))
            }
            let piped = try await place.hashdrop(
                "submit", "--wait", "--timeout", "600", "--name", "piped.txt", "-", input: lists[0].1)
            #expect(piped.exitCode == 0, "\(piped.errors)")
            let missing = try await place.hashdrop("submit", "nothing.txt")
            #expect(missing.exitCode == 66)
        }
    }

    @Test func whatWasDroppedBeforeTheStartOrDuringAKillIsFinishedOnce() async throws {
        try await DaemonFixture.with(.unlimited(latency: .milliseconds(20))) { place, simulator in
            _ = try await place.hashdrop("user", "add", "alice")
            let list = Self.list(4)
            try Data(list.joined(separator: "\n").utf8).write(to: place.drop.appending(path: "early.txt"))
            try await place.serve()
            // Killed in the middle: some verdicts are there, some are not.
            try await eventually("some requests") { simulator.journal.lookups.count > 20 }
            try await place.stop(signal: SIGKILL)
            try await place.serve()
            let report = try await place.finished("early.txt")
            #expect(try report.hashes() == list)
            #expect(place.folders("early.txt").count == 1)
            // What was in flight at the kill may be asked twice: four connections.
            #expect(simulator.journal.lookups.count <= 104)
        }
    }

    @Test func theProgramsLinkTheLibrariesOfDebian() async throws {
        let folder = TemporaryFolder()
        let daemon = try await Program.run("/usr/bin/ldd", [Program.path("hashdrop")], in: folder).output
        let helper = try await Program.run("/usr/bin/ldd", [Program.path("hashdrop-watch")], in: folder)
            .output
        #expect(daemon.contains("libcurl.so.4 => /"))
        #expect(daemon.contains("libsqlite3.so.0 => /"))
        #expect(!daemon.contains("libinotifytools"))
        #expect(helper.contains("libinotifytools.so.0 => /"))
    }

    @Test func theDemoEndsWithThePathsOfAFinishedReport() async throws {
        let folder = TemporaryFolder()
        let demo = try await Program.run(Program.path("hashdrop"), ["demo"], in: folder)
        #expect(demo.exitCode == 0, "\(demo.errors)")
        let paths = demo.output.split(separator: "\n").filter { $0.contains(": ") }.compactMap { line in
            line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { $0.hasPrefix("/") }
        #expect(paths.count == 4)
        for path in paths { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
        for word in ["malicious", "suspicious", "clean", "unknown", "without results", "failed"] {
            #expect(demo.output.contains(word), "\(word)")
        }
    }
}

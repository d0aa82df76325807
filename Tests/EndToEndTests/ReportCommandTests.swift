import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// `hashdrop report`: finished reports follow another policy, and VirusTotal is not asked.
@Suite(.limited(.daemon))
struct ReportCommandTests {
    private static let files = 60

    private func use(_ settings: String, _ place: DaemonFixture) throws {
        let file = place.folder.url.appending(path: "config/hashdrop.yaml")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(settings.utf8).write(to: file)
    }

    private func drop(as name: String, _ place: DaemonFixture) throws {
        let list = (0..<Self.files).map { Samples.hash($0).hexadecimal }.joined(separator: "\n")
        try Data(list.utf8).write(to: place.folder.url.appending(path: "new"))
        try FileManager.default.moveItem(
            at: place.folder.url.appending(path: "new"), to: place.drop.appending(path: name))
    }

    private static let mild = "reports:\n  maliciousFrom: 1000\n"
    private static let strict = "reports:\n  maliciousFrom: 1\n"

    @Test func aRunningDaemonWritesThemByTheNewSettings() async throws {
        try await DaemonFixture.with(.unlimited()) { place, simulator in
            try use(Self.mild, place)
            try await place.serve()
            for name in ["a.txt", "b.txt"] {
                try drop(as: name, place)
                _ = try await place.finished(name)
            }
            let (a, b) = try await (place.finished("a.txt"), place.finished("b.txt"))
            let detected = try #require(a.status?.counts.suspicious)
            #expect(detected > 0 && a.status?.counts.malicious == 0)
            let asked = simulator.journal.lookups.count
            try use(Self.strict, place)
            let one = try await place.hashdrop("report", a.folder.lastPathComponent)
            #expect(one.exitCode == 0 && one.output.contains("Wrote 1 report again"), "\(one.errors)")
            #expect(one.errors.contains(" of 1 reports"), "the progress: \(one.errors)")
            #expect(a.status?.counts.malicious == detected && a.status?.state == "done")
            #expect(b.status?.counts.malicious == 0)
            #expect(try a.text("report.csv").contains(",malicious,"))
            let all = try await place.hashdrop("report", "--all", "--user", "alice")
            #expect(all.exitCode == 0 && all.output.contains("Wrote 2 reports again"), "\(all.errors)")
            #expect(b.status?.counts.malicious == detected)
            let status = try await place.hashdrop("status").output
            #expect(status.components(separatedBy: "\(detected) malicious").count == 3, "\(status)")
            #expect(simulator.journal.lookups.count == asked)
        }
    }

    @Test func withoutADaemonTheNextStartWritesThem() async throws {
        try await DaemonFixture.with(.unlimited()) { place, simulator in
            try use(Self.mild, place)
            try await place.serve()
            try drop(as: "a.txt", place)
            let report = try await place.finished("a.txt")
            let detected = try #require(report.status?.counts.suspicious)
            // The input is published, and the last report remembered.
            try await place.stop()
            let asked = simulator.journal.lookups.count
            try use(Self.strict, place)
            let ended = try await place.hashdrop("report", "--all")
            #expect(ended.exitCode == 0 && ended.output.contains("next 'hashdrop serve'"), "\(ended.errors)")
            #expect(report.status?.counts.malicious == 0)
            try await place.serve()
            try await eventually("it is written again") { report.status?.counts.malicious == detected }
            #expect(simulator.journal.lookups.count == asked)
        }
    }

    @Test(arguments: [
        (["report"], 64, "Name a job"), (["report", "20261123-195045-k3f9x", "--all"], 64, "Name a job"),
        (["report", "20261123-195045-k3f9x", "--user", "alice"], 64, "--user goes with"),
        (["report", "--all", "--user", "not/a/name"], 64, "cannot be a user's name"),
        (["report", "20261123-195045-k3f9x"], 66, "There is no job"),
        (["report", "list.txt"], 66, "is no job"),
        (["retry", "nosuch"], 66, "is no job"), (["cancel", "nosuch"], 66, "is no job"),
        (["job", "remove", "nosuch"], 66, "is no job"), (["report", "--all"], 0, "no finished report"),
    ])
    func whatCannotBeWrittenIsSaid(arguments: [String], exitCode: Int, says: String) async throws {
        let place = DaemonFixture()
        let ended = try await Program.run(
            place.program, arguments, environment: place.environment, in: place.folder)
        #expect(Int(ended.exitCode) == exitCode && (ended.output + ended.errors).contains(says), "\(ended)")
    }
}

import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// Long lists are read by the service that picks up the files of all users.
@Suite(.limited(.daemon))
struct FairnessTests {
    private static let lists = 12

    private static func hasReport(_ place: DaemonFixture, _ name: String) -> Bool {
        place.folders(name, of: "bob").contains { folder in
            FileManager.default.fileExists(atPath: folder.appending(path: "report.csv").path())
        }
    }

    @Test func aShortListIsPickedUpBetweenSomebodysLongOnes() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            _ = try await place.hashdrop("user", "add", "bob")
            // All of them are ready at the same moment, and before bob's.
            let ended = try await place.shell(
                """
                python3 -c '
                for name in range(\(Self.lists)):
                    with open(f"{name}.txt", "w") as file:
                        for number in range(40000): file.write(f"{name * 1000000 + number:064x}\\n")
                '
                mv *.txt spool/alice/
                echo \(Samples.hash(1).hexadecimal) >bobs; mv bobs spool/bob/bobs.txt
                """)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            try await eventually("bob's job") { !place.folders("bobs.txt", of: "bob").isEmpty }
            #expect(place.jobCount < Self.lists, "bob waited for all of alice's lists")
        }
    }

    /// A user's limit holds up that user's files alone, and nothing of them is lost.
    @Test func aUsersFurtherFilesWaitAtTheLimit() async throws {
        let settings = ["HASHDROP_JOBS_PER_USER": "2", "HASHDROP_SPOOL_SAFETY_SCAN": "1s"]
        try await DaemonFixture.with(settings: settings) { place, _ in
            try await place.serve()
            _ = try await place.hashdrop("user", "add", "bob")
            let ended = try await place.shell(
                """
                for name in 1 2 3 4; do echo \(Samples.hash(1).hexadecimal) >$name.txt; done
                mv ?.txt spool/alice/
                echo \(Samples.hash(1).hexadecimal) >bobs; mv bobs spool/bob/bobs.txt
                """)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            try await eventually("bob's report") { Self.hasReport(place, "bobs.txt") }
            try await eventually("the reason is in alice's index") {
                let index = try String(
                    contentsOfFile: place.folder.path("reports/alice/index.html"), encoding: .utf8)
                return index.contains("jobs.perUser")
            }
            #expect(place.jobCount == 2, "alice's")
            // Room for one more.
            let taken = ["1.txt", "2.txt", "3.txt", "4.txt"].flatMap { place.folders($0) }
            let id = try #require(taken.first).lastPathComponent.prefix { $0 != "_" }
            #expect(try await place.hashdrop("job", "remove", String(id)).exitCode == 0)
            try await eventually("a third list") {
                try await place.shell("ls spool/alice | wc -l").output.hasPrefix("1")
            }
        }
    }

    /// Within one list, and over a stop in the middle of it.
    @Test func aShortListIsFinishedWhileSomebodysLongOneIsBeingRead() async throws {
        let hashes = 200_000
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            _ = try await place.hashdrop("user", "add", "bob")
            let ended = try await place.shell(
                """
                python3 -c '
                import hashlib
                with open("long", "w") as file:
                    for number in range(\(hashes)):
                        file.write(hashlib.md5(str(number).encode()).hexdigest() + "\\n")
                '
                mv long spool/alice/long.txt
                """)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            try await eventually("the index tells how far it is") { place.index?.contains("% read") == true }
            try await eventually("the status tells it too") {
                try await place.hashdrop("status").output.contains("    long.txt: picked up, and ")
            }
            _ = try await place.shell(
                "echo \(Samples.hash(1).hexadecimal) >bobs; mv bobs spool/bob/bobs.txt")
            try await eventually("bob's report") { Self.hasReport(place, "bobs.txt") }
            #expect(place.folders("long.txt").isEmpty, "bob waited for all of alice's list")
            try await place.stop()
            #expect(place.folders("long.txt").isEmpty, "the stop waited for all of alice's list")
            try await place.serve()
            try await eventually("alice's job", within: .seconds(600)) {
                place.folders("long.txt").first.map {
                    Report(folder: $0).status?.counts.hashes == hashes
                } ?? false
            }
            let folders = place.folders("long.txt")
            #expect(folders.count == 1)
            // Its last report is a long one too.
            let job = try #require(folders.first)
            #expect(try await place.hashdrop("cancel", job.lastPathComponent).exitCode == 0)
            _ = try await place.shell(
                "echo \(Samples.hash(2).hexadecimal) >more; mv more spool/bob/more.txt")
            try await eventually("bob's other report") { Self.hasReport(place, "more.txt") }
            #expect(Report(folder: job).status?.state == "running", "bob waited for alice's report")
        }
    }
}

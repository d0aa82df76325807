import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// Cancelling, removing, keeping and backing up, beside a running daemon.
@Suite(.limited(.daemon))
struct JobCommandTests {
    private func with(
        latency: Duration = .zero, _ body: (DaemonFixture) async throws -> Void
    ) async throws {
        try await DaemonFixture.with(.unlimited(latency: latency)) { place, _ in
            try await place.serve()
            try await body(place)
        }
    }

    private func drop(_ count: Int, as name: String, _ place: DaemonFixture) throws {
        let list = (0..<count).map { Samples.hash($0).hexadecimal }.joined(separator: "\n")
        try Data(list.utf8).write(to: place.folder.url.appending(path: "new"))
        try FileManager.default.moveItem(
            at: place.folder.url.appending(path: "new"), to: place.drop.appending(path: name))
    }

    @Test func aCancelledJobStopsAskingAndSaysSo() async throws {
        // Four at a time: 25 s for a hundred of them.
        try await with(latency: .seconds(1)) { place in
            try drop(1000, as: "long.txt", place)
            let folder = try await eventually("the job runs") { place.folders("long.txt").first }
            let ended = try await place.hashdrop("cancel", folder.lastPathComponent)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            let report = try await place.finished("long.txt")
            #expect(report.status?.state == "cancelled")
            #expect(report.status?.reason?.contains("by hand") == true)
            #expect((report.status?.counts.notAsked ?? 0) > 900)
            #expect(report.status?.counts.failed == 0)
            // What was answered until then was paid for.
            let hashes = try report.hashes()
            #expect(hashes.count == report.status?.counts.hashes)
            #expect(report.status?.report.csv == "report.csv")
            try drop(2, as: "next.txt", place)
            #expect(try await place.finished("next.txt").status?.state == "done")
            let again = try await place.hashdrop("cancel", folder.lastPathComponent)
            #expect(again.exitCode == 0 && again.output.contains("ended already"))
        }
    }

    /// A pipeline must not take a list that was cut short for a finished one.
    @Test func waitingForAListThatIsCancelledEndsWithACodeOfItsOwn() async throws {
        try await DaemonFixture.with(.unlimited(latency: .seconds(60))) { place, _ in
            try await place.serve()
            _ = try await place.shell("echo \(Samples.hash(1).hexadecimal) >list.txt")
            let waiting = try Program.start(
                place.program, ["submit", "--wait", "list.txt"], environment: place.environment,
                in: place.folder, log: TemporaryFolder())
            let folder = try await eventually("the job runs") { place.folders("list.txt").first }
            #expect(try await place.hashdrop("cancel", folder.lastPathComponent).exitCode == 0)
            #expect(try await waiting.end() == 3)
            let progress = try await place.finished("list.txt").status?.progress
            #expect(progress?.percent == 0)
        }
    }

    @Test func aRemovedJobIsGoneEverywhere() async throws {
        try await with { place in
            try drop(3, as: "short.txt", place)
            let report = try await place.finished("short.txt")
            let job = report.folder.lastPathComponent
            let ended = try await place.hashdrop("job", "remove", job)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            #expect(place.folders("short.txt").isEmpty)
            #expect(try await !place.hashdrop("status").output.contains("short.txt"))
            try await eventually("the index forgets it") {
                place.index?.contains("short.txt") == false
            }
            let again = try await place.hashdrop("job", "remove", job)
            #expect(again.exitCode == 66)
        }
    }

    @Test func aRunningJobIsNotRemoved() async throws {
        try await with(latency: .seconds(1)) { place in
            try drop(500, as: "long.txt", place)
            let folder = try await eventually("the job runs") { place.folders("long.txt").first }
            let ended = try await place.hashdrop("job", "remove", folder.lastPathComponent)
            #expect(ended.exitCode == 75 && ended.errors.contains("hashdrop cancel"))
            _ = try await place.hashdrop("cancel", folder.lastPathComponent)
        }
    }

    @Test func oldJobsAreRemovedAtTheStart() async throws {
        try await with { place in
            try drop(3, as: "old.txt", place)
            _ = try await place.finished("old.txt")
            try await place.stop()
            place.environment["HASHDROP_JOBS_KEEP"] = "1ms"
            try await place.serve()
            try await eventually("the old job is gone") { place.folders("old.txt").isEmpty }
            try await eventually("the index forgets it") {
                place.index?.contains("old.txt") == false
            }
        }
    }

    @Test func aBackupRestoresWhatADamagedDatabaseLost() async throws {
        try await with { place in
            try drop(3, as: "kept.txt", place)
            _ = try await place.finished("kept.txt")
            let backup = try await place.hashdrop("backup", "copy.sqlite")
            #expect(backup.exitCode == 0, "\(backup.errors)")
            #expect(try await place.hashdrop("backup", "copy.sqlite").errors.contains("already"))
            try await place.stop()
            // A page in the middle becomes noise.
            _ = try await place.shell(
                """
                cd spool/.hashdrop; sqlite=hashdrop.sqlite
                for page in 2 3 4 5 6 7 8; do
                    head -c 4096 /dev/urandom | dd of=$sqlite bs=4096 seek=$page conv=notrunc status=none
                done
                """)
            let damaged = try await place.hashdrop("serve")
            #expect(damaged.exitCode == 78)
            #expect(damaged.errors.contains("copy a backup in its place"))
            _ = try await place.shell(
                "cd spool/.hashdrop; rm hashdrop.sqlite*; cp ../../copy.sqlite hashdrop.sqlite")
            try await place.serve()
            #expect(try await place.hashdrop("status").output.contains("kept.txt"))
        }
    }

    @Test(arguments: [true, false])
    func aLargeDatabaseIsCheckedBeforeTheWorkOnlyAfterAKill(isKilled: Bool) async throws {
        try await with { place in
            try await place.stop(signal: isKilled ? SIGKILL : SIGTERM)
            // A table that the daemon does not read; its damage is found by the check alone.
            _ = try await place.shell(
                """
                cd spool/.hashdrop
                python3 - <<'END'
                import os, sqlite3
                database = sqlite3.connect("hashdrop.sqlite")
                database.execute("CREATE TABLE filler AS SELECT zeroblob(70000000) AS bytes")
                database.commit()
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
                with open("hashdrop.sqlite", "r+b") as file:
                    file.seek(35_000_000)
                    file.write(os.urandom(65_536))
                END
                """)
            let damaged = try await place.hashdrop("serve")
            #expect(damaged.exitCode == 78)
            #expect(damaged.errors.contains("copy a backup in its place"))
            #expect(damaged.errors.contains("Serving.") != isKilled)
        }
    }
}

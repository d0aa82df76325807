import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// What happens to events does not happen to files: whatever the helper or the folders suffer is noticed,
/// shown and mended, without a busy loop and without a flood in the log.
@Suite(.limited(.daemon))
struct BlindnessTests {
    private static let settings = [
        "HASHDROP_SPOOL_QUIET_PERIOD": "500ms", "HASHDROP_SPOOL_POLL": "1s",
        "HASHDROP_SPOOL_SAFETY_SCAN": "2s",
    ]

    private func with(
        helper: ((DaemonFixture) -> String)? = nil, _ body: (DaemonFixture) async throws -> Void
    ) async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            if let helper { try place.withHelper(helper(place)) }
            try await place.serve()
            try await body(place)
            let log = try place.daemonLog()
            #expect(log.split(separator: "\n").count < 60, "a flood: \(log.suffix(2000))")
            #expect(try place.processorSeconds() < 5, "a busy loop")
        }
    }

    private func drop(_ number: Int, _ place: DaemonFixture) async throws {
        _ = try await place.shell("echo \(Samples.hash(number).hexadecimal) >spool/alice/\(number).txt")
    }

    private func isDone(_ number: Int, _ place: DaemonFixture) async throws {
        #expect(try await place.finished("\(number).txt").status?.state == "done")
        #expect(place.folders("\(number).txt").count == 1)
    }

    private func helper(of place: DaemonFixture) async throws -> pid_t {
        try await eventually("a helper") { try place.helpers().first }
    }

    @Test func aKilledHelperComesBack() async throws {
        // As long as there is a file of this name, the next helper is killed too.
        let mark = "no-helper"
        func script(_ place: DaemonFixture) -> String {
            """
            #!/bin/sh
            [ -e \(place.folder.path(mark)) ] && kill -9 $$
            exec \(Program.path("hashdrop-watch")) "$@"
            """
        }
        try await with(helper: script) { place in
            let old = try await helper(of: place)
            try Data().write(to: place.folder.url.appending(path: mark))
            kill(old, SIGKILL)
            try await eventually("the status says so") {
                try await place.hashdrop("status").output.contains("ended by signal 9")
            }
            try FileManager.default.removeItem(at: place.folder.url.appending(path: mark))
            try await drop(1, place)
            try await isDone(1, place)
            try await eventually("watched again") {
                try await place.hashdrop("status").output.contains("alice: events")
            }
            #expect(try await helper(of: place) != old)
        }
    }

    @Test func aStoppedHelperIsReplaced() async throws {
        try await with { place in
            let old = try await helper(of: place)
            kill(old, SIGSTOP)
            try await drop(1, place)
            try await isDone(1, place)
            try await eventually("another helper") { try place.helpers().contains { $0 != old } }
            #expect(try place.daemonLog().contains("stopped by a signal"))
            try await eventually("watched again") {
                try await place.hashdrop("status").output.contains("alice: events")
            }
        }
    }

    @Test func aMissingHelperIsSaidOnceInAWhileAndFilesComeThrough() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            try place.withoutHelper()
            try await place.serve(watching: "polling", reason: "cannot start")
            try await drop(1, place)
            try await isDone(1, place)
        }
    }

    @Test func foldersThatGoAndComeBackAreServedAgain() async throws {
        try await with { place in
            // Removed and made again; replaced by another; renamed and back.
            let disturbances = [
                "rmdir spool/alice; sleep 1; mkdir spool/alice",
                "mv spool/alice gone; mkdir spool/alice",
                "mv spool/alice spool/elsewhere; sleep 1; mv spool/elsewhere spool/alice",
            ]
            for (number, disturbance) in disturbances.enumerated() {
                _ = try await place.shell(disturbance)
                try await drop(number, place)
                try await isDone(number, place)
                try await eventually("watched again after: \(disturbance)") {
                    try await place.hashdrop("status").output.contains("alice: events")
                }
            }
        }
    }

    @Test func aSpoolThatIsMovedAwayIsMissedAndServedWhenItIsBack() async throws {
        try await with { place in
            _ = try await place.shell("mv spool away; mkdir -p spool/alice")
            try await eventually("the log says so") {
                try place.daemonLog().contains("was moved, replaced or unmounted")
            }
            // Neither the bare mount point nor what is hidden is served.
            _ = try await place.shell(
                "echo \(Samples.hash(1).hexadecimal) | tee spool/alice/1.txt >away/alice/2.txt")
            let began = ContinuousClock.now
            try await eventually("some rounds") { ContinuousClock.now - began > .seconds(3) }
            #expect(place.jobCount == 0)
            _ = try await place.shell("rm -r spool; mv away spool")
            try await isDone(2, place)
            try await drop(3, place)
            try await isDone(3, place)
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, "mounting needs root"))
    func anUnmountedSpoolIsMissedAndWatchedWhenItIsBack() async throws {
        let settings = ["HASHDROP_SPOOL_SAFETY_SCAN": "1h", "HASHDROP_SPOOL_POLL": "1s"]
        try await DaemonFixture.with(settings: settings) { place, _ in
            let mounting = "mount --bind disk spool"
            let ended = try await place.shell("mkdir disk spool; \(mounting)")
            #expect(ended.exitCode == 0, "\(ended.errors)")
            try await place.serve()
            // The daemon has files open on it, so that only the name goes.
            _ = try await place.shell("umount --lazy spool")
            try await eventually("the log says so") {
                try place.daemonLog().contains("was moved, replaced or unmounted")
            }
            _ = try await place.shell(mounting)
            try await eventually("watched again") {
                try await place.hashdrop("status").output.contains("alice: events")
            }
            try await drop(1, place)
            try await isDone(1, place)
            try await place.stop()
            _ = try await place.shell("umount --lazy spool")
        }
    }

    @Test func anotherSpoolInItsPlaceEndsTheDaemonWhichThenServesThat() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            try await place.serve()
            _ = try await place.shell("mv spool away")
            _ = try await place.hashdrop("user", "add", "alice")
            try await eventually("the daemon ends") { !place.isServing }
            #expect(try place.daemonLog().contains("another spool is in the place"))
            try await place.serve()
            try await drop(1, place)
            try await isDone(1, place)
        }
    }

    @Test func anUnmountedSpoolIsNotBegunAnew() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "alice")
        // What is left of a mount point.
        _ = try await place.shell("mv spool away; mkdir spool")
        let ended = try await place.hashdrop("serve")
        #expect(ended.exitCode == 78)
        #expect(ended.errors.contains("There is no spool in"))
        #expect(try await place.shell("ls -A spool").output.isEmpty)
    }

    @Test func aFolderWhoseEventsAreNotToldIsPolledAndSaysSo() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            // As on a network mount: everything is watched, and nothing is told.
            try place.withHelper(
                "#!/bin/sh\nprintf 'watching//\\0folder-added/alice/\\0watching/alice/\\0'; exec sleep 300\n"
            )
            try await place.serve()
            for number in 1...6 {
                try await drop(number, place)
                try await isDone(number, place)
            }
            try await eventually("it is polled, with the reason") {
                try await place.hashdrop("status").output.contains("files come that no event tells of")
            }
            #expect(try await place.hashdrop("status").output.contains("alice: polling"))
        }
    }

    @Test func aUserWithoutAFolderReadsWhy() async throws {
        try await with { place in
            _ = try await place.shell("mv spool/alice away")
            try await eventually("alice's index says so") {
                place.index?.contains("operator must create it") == true
            }
            _ = try await place.shell("mv away spool/alice")
            try await eventually("and no more") {
                place.index?.contains("operator must create it") == false
            }
        }
    }

    @Test func anOverflowOfTheKernelsQueueLosesNothing() async throws {
        try await with { place in
            var number = 0
            // On a busy machine the stopped helper may be noticed and replaced before.
            try await eventually("the kernel's queue runs over") {
                number += 1
                try await overflow(number, place)
                try await isDone(number, place)
                return try place.daemonLog().contains("Events were lost")
            }
        }
    }

    /// Makes 20,000 events and a file while the helper is stopped, as quickly as can be: the queue holds
    /// 16,384.
    private func overflow(_ number: Int, _ place: DaemonFixture) async throws {
        let helper = try await helper(of: place)
        let ended = try await place.shell(
            """
            python3 -c '
            import os, signal
            os.chdir("spool/alice")
            open(".x", "w").close()
            os.kill(\(helper), signal.SIGSTOP)
            for _ in range(5000):
                os.rename(".x", ".y")
                os.rename(".y", ".x")
            open("\(number).txt", "w").write("\(Samples.hash(number).hexadecimal)")
            os.unlink(".x")
            '; kill -CONT \(helper) || true
            """)
        #expect(ended.exitCode == 0, "\(ended.errors)")
    }

    /// A user namespace has a limit of its own, so the machine's is left alone.
    private static let narrow = """
        #!/bin/sh
        exec unshare --user --map-root-user sh -c 'echo 1 >/proc/sys/user/max_inotify_watches && exec "$@"' \\
            sh \(Program.path("hashdrop")) "$@"
        """

    private static func mayUnshare() async -> Bool {
        let script = "echo 1 >/proc/sys/user/max_inotify_watches"
        let probe = try? await Program.run(
            "/usr/bin/unshare", ["--user", "--map-root-user", "sh", "-c", script], in: TemporaryFolder())
        return probe?.exitCode == 0
    }

    @Test(.enabled("this machine allows no user namespaces") { await mayUnshare() })
    func withoutWatchesTheFolderIsPolledAndTheSysctlNamed() async throws {
        try await DaemonFixture.with(settings: Self.settings) { place, _ in
            place.program = place.folder.path("narrow")
            try Data(Self.narrow.utf8).write(to: URL(filePath: place.program))
            chmod(place.program, 0o755)
            try await place.serve(watching: "polling", reason: "fs.inotify.max_user_watches")
            try await drop(1, place)
            try await isDone(1, place)
        }
    }
}

import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

extension RealSpool {
    /// What happens to events does not happen to files: whatever the helper or the folders suffer is noticed, shown and
    /// mended, without a busy loop and without a flood in the log.
    struct BlindnessTests {
        private static let unlimited: SimulatorOptions = {
            var options = SimulatorOptions()
            options.accounts[0].limits = .unlimited
            return options
        }()

        private static let settings = [
            "HASHDROP_SPOOL_QUIET_PERIOD": "500ms", "HASHDROP_SPOOL_POLL": "1s",
            "HASHDROP_SPOOL_SAFETY_SCAN": "2s",
        ]

        private func with(
            _ settings: [String: String] = settings, _ body: (Installation) async throws -> Void
        ) async throws {
            try await SimulatedVirusTotal.with(Self.unlimited) { simulator in
                let place = Installation(endpoint: simulator.baseURL, settings: settings)
                try await place.serve()
                try await body(place)
                let log = try place.daemonLog()
                #expect(log.split(separator: "\n").count < 60, "a flood: \(log.suffix(2000))")
                #expect(try place.processorSeconds() < 5, "a busy loop")
                await place.stop()
            }
        }

        private func drop(_ number: Int, _ place: Installation) async throws {
            _ = try await place.shell("echo \(Samples.hash(number).hexadecimal) >spool/alice/\(number).txt")
        }

        private func isDone(_ number: Int, _ place: Installation) async throws {
            #expect(try await place.finished("\(number).txt").status?.state == "done")
            #expect(place.folders("\(number).txt").count == 1)
        }

        private func helper(of place: Installation) async throws -> pid_t {
            try await eventually("a helper") { try place.helpers().first }
        }

        @Test func aKilledHelperComesBack() async throws {
            try await with { place in
                let old = try await helper(of: place)
                kill(old, SIGKILL)
                try await eventually("the status says so") {
                    try await place.hashdrop("status").output.contains("ended by signal 9")
                }
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
            try await SimulatedVirusTotal.with(Self.unlimited) { simulator in
                let place = Installation(endpoint: simulator.baseURL, settings: Self.settings)
                try place.withoutHelper()
                try await place.serve(watching: "polling")
                #expect(try await place.hashdrop("status").output.contains("cannot start"))
                try await drop(1, place)
                try await isDone(1, place)
                await place.stop()
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

        @Test func aFolderThatCannotBeReadMakesNoBusyLoop() async throws {
            // Root reads everything; then a missing folder has to do.
            try await with { place in
                try await drop(1, place)
                _ = try await place.shell("chmod 0 spool/alice; sleep 4; chmod 755 spool/alice")
                try await isDone(1, place)
            }
        }

        @Test func anOverflowOfTheKernelsQueueLosesNothing() async throws {
            try await with { place in
                let helper = try await helper(of: place)
                // Stopped for less than it takes to be noticed, so that the kernel's queue runs over.
                kill(helper, SIGSTOP)
                _ = try await place.shell(
                    """
                    cd spool/alice
                    for round in {1..200}; do touch .x{1..50}; rm .x*; done
                    echo \(Samples.hash(1).hexadecimal) >1.txt
                    """)
                kill(helper, SIGCONT)
                try await isDone(1, place)
                #expect(try place.daemonLog().contains("Events were lost"))
            }
        }

        /// A user namespace has a limit of its own, so the machine's is left alone.
        private static let narrow = """
            #!/bin/sh
            exec unshare --user --map-root-user sh -c 'echo 1 >/proc/sys/user/max_inotify_watches && exec "$@"' \\
                sh \(Program.path("hashdrop")) "$@"
            """

        private static let mayUnshare: Bool = {
            let probe = Process()
            probe.executableURL = URL(filePath: "/usr/bin/unshare")
            probe.arguments = [
                "--user", "--map-root-user", "sh", "-c", "echo 1 >/proc/sys/user/max_inotify_watches",
            ]
            probe.standardError = FileHandle.nullDevice
            guard (try? probe.run()) != nil else { return false }
            probe.waitUntilExit()
            return probe.terminationStatus == 0
        }()

        @Test(.enabled(if: mayUnshare, "this machine allows no user namespaces"))
        func withoutWatchesTheFolderIsPolledAndTheSysctlNamed() async throws {
            try await SimulatedVirusTotal.with(Self.unlimited) { simulator in
                let place = Installation(endpoint: simulator.baseURL, settings: Self.settings)
                place.program = place.folder.path("narrow")
                try Data(Self.narrow.utf8).write(to: URL(filePath: place.program))
                chmod(place.program, 0o755)
                try await place.serve(watching: "polling")
                let status = try await place.hashdrop("status").output
                #expect(status.contains("fs.inotify.max_user_watches"), "\(status)")
                try await drop(1, place)
                try await isDone(1, place)
                await place.stop()
            }
        }
    }
}

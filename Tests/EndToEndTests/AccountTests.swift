import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

extension RealSpool {
    /// The daemon under an account of its own, with the folder shared by a group as the README says: it
    /// neither owns the files nor may it do what root may.
    @Suite(.enabled(if: Accounts.mayChange, "needs root and setpriv"))
    struct AccountTests {
        private func with(
            _ settings: [String: String] = [:], _ body: (DaemonFixture) async throws -> Void
        ) async throws {
            var options = SimulatorOptions()
            options.accounts[0].limits = .unlimited
            try await SimulatedVirusTotal.with(options) { simulator in
                let place = DaemonFixture(
                    endpoint: simulator.baseURL,
                    settings: ["HASHDROP_SPOOL_POLL": "1s", "HASHDROP_SPOOL_SAFETY_SCAN": "2s"].merging(
                        settings
                    ) { _, new in new })
                try await Accounts.prepare(place)
                try await place.serve()
                try await body(place)
                await place.stop()
            }
        }

        private func line(_ number: Int) -> String { Samples.hash(number).hexadecimal }

        @Test func withoutTheRightToLeasesAFileMustBeQuietForLonger() async throws {
            try await with { place in
                let ended = try await place.shell(
                    "\(Accounts.alice) sh -c 'echo \(line(1)) >spool/alice/a.txt'")
                #expect(ended.exitCode == 0, "\(ended.errors)")
                let report = try await place.finished("a.txt")
                #expect(try report.hashes() == [line(1)])
                let evidence = report.status?.evidence ?? ""
                #expect(evidence.contains("writers unknown"), "\(evidence)")
                #expect(evidence.contains("quiet for 5 s"), "\(evidence)")
            }
        }

        @Test func aCopiedFolderThatIsClosedToUsWaitsAndHoldsUpNobody() async throws {
            try await with { place in
                // With the umask that most accounts have; its name sorts before the others.
                let ended = try await place.shell(
                    """
                    \(Accounts.alice) sh -c 'umask 022; cd work; mkdir batch; echo \(line(1)) >batch/a.txt; cd ..
                    cp -r work/batch spool/alice/a-batch; echo \(line(2)) >spool/alice/b.txt'
                    """)
                #expect(ended.exitCode == 0, "\(ended.errors)")
                #expect(try await place.finished("b.txt").status?.state == "done")
                let index = try await eventually("the owner can read why") {
                    let index = try Report(folder: place.reports).text("index.html")
                    return index.contains("cannot be taken") ? index : nil
                }
                #expect(index.contains("a-batch/a.txt"))
                // What comes later is taken as well, and the batch when it is opened.
                _ = try await place.shell("\(Accounts.alice) sh -c 'echo \(line(3)) >spool/alice/c.txt'")
                #expect(try await place.finished("c.txt").status?.state == "done")
                _ = try await place.shell("chmod g+w spool/alice/a-batch")
                #expect(try await place.finished("a-batch_a.txt").status?.state == "done")
            }
        }

        @Test func aFolderThatCannotBeReadMakesNoBusyLoopAndItsOwnerReadsWhy() async throws {
            try await with { place in
                _ = try await place.shell("chmod 0 spool/alice")
                try await eventually("the operator can read it") {
                    try await place.hashdrop("status").output.contains("Permission denied")
                }
                try await eventually("and alice") {
                    try Report(folder: place.reports).text("index.html").contains("cannot be looked through")
                }
                let before = try place.processorSeconds()
                let began = ContinuousClock.now
                try await eventually("some rounds of polling") { ContinuousClock.now - began > .seconds(4) }
                #expect(try place.processorSeconds() - before < 1, "a busy loop")
                _ = try await place.shell(
                    "chmod 2770 spool/alice; \(Accounts.alice) sh -c 'echo \(line(1)) >spool/alice/a.txt'")
                #expect(try await place.finished("a.txt").status?.state == "done")
                let log = try place.daemonLog()
                #expect(log.split(separator: "\n").count < 40, "a flood: \(log.suffix(2000))")
            }
        }
    }
}

/// Two accounts that need not exist: numbers are enough for the kernel.
enum Accounts {
    private static let daemonID = 4_243
    private static let aliceID = 4_244
    private static let groupID = 4_245

    /// A command's beginning that makes it alice's.
    static let alice = "setpriv --reuid \(aliceID) --regid \(groupID) --clear-groups"

    static let mayChange: Bool = {
        let probe = Process()
        probe.executableURL = URL(filePath: "/usr/bin/setpriv")
        probe.arguments = [
            "--reuid", "\(daemonID)", "--clear-groups", Program.path("hashdrop"), "--version",
        ]
        probe.standardError = FileHandle.nullDevice
        probe.standardOutput = FileHandle.nullDevice
        guard geteuid() == 0, (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// Adds alice with a folder for her group, and has the daemon run under its own account.
    static func prepare(_ place: DaemonFixture) async throws {
        _ = try await place.hashdrop("user", "add", "alice")
        let wrapper = place.folder.path("as-hashdrop")
        try Data(
            """
            #!/bin/sh
            exec setpriv --reuid \(daemonID) --regid \(daemonID) --groups \(groupID) \(Program.path("hashdrop")) "$@"

            """.utf8
        ).write(to: URL(filePath: wrapper))
        let ended = try await place.shell(
            """
            chmod 755 as-hashdrop .; chown -R \(daemonID):\(daemonID) spool reports
            mkdir work && chown \(aliceID) work
            chgrp \(groupID) spool/alice reports/alice; chmod 2770 spool/alice; chmod 2750 reports/alice
            """)
        guard ended.exitCode == 0 else { throw Unprepared(reason: ended.errors) }
        place.program = wrapper
    }

    struct Unprepared: Error {
        var reason: String
    }
}

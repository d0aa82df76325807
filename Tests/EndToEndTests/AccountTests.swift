import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// The daemon under an account of its own, with the folder shared by a group as the README says: it neither
/// owns the files nor may it do what root may.
@Suite(.enabled("needs root and setpriv") { await Accounts.mayChange() }, .limited(.daemon))
struct AccountTests {
    private func with(_ body: (DaemonFixture) async throws -> Void) async throws {
        try await DaemonFixture.with(
            settings: ["HASHDROP_SPOOL_POLL": "1s", "HASHDROP_SPOOL_SAFETY_SCAN": "2s"]
        ) { place, _ in
            try await Accounts.prepare(place)
            try await place.serve()
            try await body(place)
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
            let quiet = evidence.wholeMatch(of: /.*quiet for (\d+) s.*/).flatMap { Int($0.1) }
            #expect(quiet.map { $0 >= 5 } == true, "\(evidence)")
        }
    }

    @Test func aCommandByAnotherAccountIsToldWhoseTheSpoolIs() async throws {
        try await with { place in
            place.program = Program.path("hashdrop")
            let ended = try await place.hashdrop("user", "add", "bob smith")
            #expect(ended.exitCode == 64, "the name's own refusal comes first: \(ended.errors)")
            let refused = try await place.hashdrop("user", "add", "bob")
            #expect(refused.exitCode == 77)
            #expect(refused.errors.contains("The spool belongs to '4243'"), "\(refused.errors)")
            #expect(refused.errors.hasSuffix(" hashdrop user add bob\n"), "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: place.folder.path("spool/bob")))
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
                place.index.flatMap { $0.contains("cannot be taken") ? $0 : nil }
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
            try await eventually("and alice") { place.index?.contains("cannot be looked through") == true }
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

/// Two accounts that need not exist: numbers are enough for the kernel.
enum Accounts {
    private static let daemonID = 4_243
    private static let aliceID = 4_244
    private static let groupID = 4_245

    /// A command's beginning that makes it alice's.
    static let alice = "setpriv --reuid \(aliceID) --regid \(groupID) --clear-groups"

    static func mayChange() async -> Bool {
        let arguments = ["--reuid", "\(daemonID)", "--clear-groups", Program.path("hashdrop"), "--version"]
        let probe = try? await Program.run("/usr/bin/setpriv", arguments, in: TemporaryFolder())
        return geteuid() == 0 && probe?.exitCode == 0
    }

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

import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// What a person takes back stays taken back.
@Suite(.limited(.daemon))
struct CancellationTests {
    @Test func deletingAWaitingFileCancelsIt() async throws {
        // A file that is renamed into the folder need not be quiet.
        try await DaemonFixture.with(settings: ["HASHDROP_SPOOL_QUIET_PERIOD": "1h"]) { place, simulator in
            try await place.serve()
            _ = try await place.shell("echo \(Samples.hash(1).hexadecimal) >spool/alice/regretted.txt")
            try await eventually("it waits") { place.index?.contains("regretted.txt") == true }
            _ = try await place.shell(
                """
                rm spool/alice/regretted.txt
                echo \(Samples.hash(2).hexadecimal) >x; mv x spool/alice/kept.txt
                """)
            #expect(try await place.finished("kept.txt").status?.state == "done")
            try await eventually("it is forgotten") { place.index?.contains("regretted.txt") == false }
            #expect(place.jobCount == 1)
            #expect(simulator.journal.requests(for: Samples.hash(1)).isEmpty)
        }
    }

    @Test func aRemovedJobDoesNotComeBackFromAClaimThatAKillLeft() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            _ = try await place.shell("echo \(Samples.hash(1).hexadecimal) >x; mv x spool/alice/a.txt")
            let id = try #require(try await place.finished("a.txt").status?.id)
            try await place.stop()
            // As after a kill between the report's input and the end of the claim.
            let name = Data("a.txt".utf8).base64EncodedString()
            _ = try await place.shell(
                """
                mkdir -m 700 spool/.hashdrop/work/\(id); cp reports/alice/*/input spool/.hashdrop/work/\(id)/input
                cat >spool/.hashdrop/work/\(id)/claim.json <<END
                {"version": 1, "user": "alice", "name": "\(name)", "displayName": "a.txt", "claimedAt": 1800000000,
                 "identity": {"device": 1, "inode": 1}, "size": 65, "modifiedNanoseconds": 0}
                END
                """)
            let removed = try await place.hashdrop("job", "remove", id)
            #expect(removed.exitCode == 0, "\(removed.errors)")
            try await place.serve()
            _ = try await place.shell("echo \(Samples.hash(2).hexadecimal) >x; mv x spool/alice/b.txt")
            #expect(try await place.finished("b.txt").status?.state == "done")
            #expect(place.folders("a.txt").isEmpty)
            #expect(try !place.daemonLog().contains("cannot be used as a claim"))
        }
    }

    @Test func aRemovedUsersFilesAreLeftAtOnce() async throws {
        // Nothing but the command itself tells the daemon.
        try await DaemonFixture.with(settings: ["HASHDROP_SPOOL_SAFETY_SCAN": "1h"]) { place, _ in
            try await place.serve()
            #expect(try await place.hashdrop("user", "remove", "alice").exitCode == 0)
            try await eventually("her folder is not watched any more") {
                try await !place.hashdrop("status").output.contains("alice: events")
            }
            // An empty folder is no trouble; one with a file in it is.
            #expect(try await place.hashdrop("status").exitCode == 0)
            _ = try await place.shell("echo x >spool/alice/late.txt")
            _ = try await place.hashdrop("user", "add", "bob")
            try await eventually("the status says so") {
                try await place.hashdrop("status").output.contains("there is no user 'alice'")
            }
            #expect(place.folders("late.txt").isEmpty)
        }
    }
}

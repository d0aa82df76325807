import Foundation
import TestSupport
import Testing

/// `hashdrop allow` beside a running daemon.
@Suite(.limited(.daemon))
struct AllowCommandTests {
    private static let eicar = "44d88612fea8a8f36de82e1278abb02f"

    @Test func anAllowedFileIsNoAlarmUntilItIsRemoved() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 1)
            let added = try await place.hashdrop(
                "allow", Self.eicar, "--reason", "a test file", "--until", "90d")
            #expect(added.exitCode == 0, "\(added.errors)")
            let allowed = try await place.hashdrop("lookup", Self.eicar)
            #expect(allowed.exitCode == 0 && allowed.output.contains("\tallowed\t"), "\(allowed.output)")
            let list = try await place.hashdrop("allow", "list", "--json")
            #expect(list.output.contains("\"expired\" : false") && list.output.contains("a test file"))
            #expect(try await place.hashdrop("allow", "remove", Self.eicar).exitCode == 0)
            #expect(try await place.hashdrop("allow", "remove", Self.eicar).exitCode == 65)
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 1)
        }
    }

    @Test func whatStillHoldsForTheFileIsSaid() async throws {
        let sha256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 1)
            for hash in [Self.eicar, sha256] {
                let added = try await place.hashdrop("allow", hash, "--reason", "our test")
                #expect(added.exitCode == 0, "\(added.errors)")
            }
            let removed = try await place.hashdrop("allow", "remove", Self.eicar)
            let still = "allowed, by the entry of \(sha256), for good (our test)"
            #expect(removed.exitCode == 0 && removed.output.contains(still), "\(removed.output)")
            #expect(!removed.output.contains("no longer"))
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 0)
            let again = try await place.hashdrop("allow", "remove", Self.eicar)
            #expect(again.exitCode == 65 && again.errors.contains("allowed by the entry of \(sha256)"))
            let last = try await place.hashdrop("allow", "remove", sha256)
            #expect(last.exitCode == 0 && last.output.contains("allowed no longer"), "\(last.output)")
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 1)
        }
    }

    @Test func whatIsNoEntryIsRefused() async throws {
        try await DaemonFixture.with { place, _ in
            for (reason, until) in [(" ", "90d"), ("two\nlines", "90d"), ("x", "2020-01-01"), ("x", "soon")] {
                let refused = try await place.hashdrop(
                    "allow", Self.eicar, "--reason", reason, "--until", until)
                #expect(refused.exitCode == 64, "\(reason), \(until)")
            }
            #expect(try await place.hashdrop("allow", Self.eicar).exitCode == 64)
            #expect(try await place.hashdrop("allow", "abc", "--reason", "x").exitCode == 64)
        }
    }
}

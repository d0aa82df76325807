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

import Foundation
import TestSupport
import Testing

/// A short `make crash`; the long one is run by hand.
@Suite(.limited(.daemon))
struct CrashTrialTests {
    @Test func nothingIsLostOrDoubledByKills() async throws {
        let folder = TemporaryFolder()
        let ended = try await Program.run(
            Program.path("hashdrop-crash"), ["--kills", "12", "--users", "3"], in: folder)
        #expect(ended.exitCode == 0, "\(ended.output)\(ended.errors)")
        #expect(ended.output.contains("Nothing lost, nothing doubled."))
    }
}

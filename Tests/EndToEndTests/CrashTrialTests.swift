import Foundation
import TestSupport
import Testing

/// A short `make crash` and `make power-cut`; the long ones are run by hand.
@Suite(.limited(.daemon))
struct CrashTrialTests {
    @Test func nothingIsLostOrDoubledByKills() async throws {
        let folder = TemporaryFolder()
        let ended = try await Program.run(
            Program.path("hashdrop-crash"), ["--kills", "12", "--users", "3"], in: folder)
        #expect(ended.exitCode == 0, "\(ended.output)\(ended.errors)")
        #expect(ended.output.contains("Nothing lost, nothing doubled."))
    }

    @Test(.enabled(if: Self.canMount, "needs root that may mount, and loop devices"))
    func nothingIsLostOrDoubledByPowerCuts() async throws {
        let folder = TemporaryFolder()
        let ended = try await Program.run(
            Program.path("hashdrop-crash"), ["--power-cuts", "--kills", "6", "--users", "3"], in: folder)
        #expect(ended.exitCode == 0, "\(ended.output)\(ended.errors)")
        #expect(ended.output.contains("Nothing lost, nothing doubled."))
    }

    /// Whether the kernel lets this process mount a file (CAP_SYS_ADMIN is bit 21, linux/capability.h).
    private static var canMount: Bool {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let digits = line?.dropFirst("CapEff:".count).trimmingPrefix { $0.isWhitespace }
        let capabilities = digits.flatMap { UInt64($0, radix: 16) } ?? 0
        return capabilities >> 21 & 1 == 1 && access("/dev/loop-control", R_OK | W_OK) == 0
            && access("/usr/sbin/mkfs.ext4", X_OK) == 0
    }
}

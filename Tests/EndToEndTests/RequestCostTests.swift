import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// What the real programs spend of the quota, and what they never tell.
@Suite(.limited(.daemon))
struct RequestCostTests {
    /// `make test-full` kills ten times as often.
    private static let kills = Full.isOn ? 200 : 20
    private static let connections = 4

    @Test func killsLoseNoVerdictAndCostNoMoreThanWhatWasInFlight() async throws {
        // Used up by some of the kills, so that the others come while the daemon waits for the next minute.
        let perMinute = 10 * Self.kills
        var options = SimulatorOptions.unlimited(latency: .milliseconds(20))
        options.accounts[0].limits = SimulatedLimits(requestsPerMinute: perMinute)
        try await DaemonFixture.with(
            options,
            settings: [
                "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "\(perMinute)",
                "HASHDROP_SPOOL_QUIET_PERIOD": "100ms",
            ]
        ) { place, simulator in
            _ = try await place.hashdrop("user", "add", "alice")
            let list = (0..<Self.kills * 30).map { Samples.hash(50_000 + $0, .sha1).hexadecimal }
            try Data(list.joined(separator: "\n").utf8).write(to: place.drop.appending(path: "long.txt"))
            // A kill may take four requests with it that are spent and never arrive.
            let sure = perMinute - Self.connections * Self.kills
            for _ in 0..<Self.kills {
                try place.startDaemon()
                // Somewhere in the middle of the work, or of waiting for the quota.
                let wanted = min(sure, simulator.journal.lookups.count + Int.random(in: 0...25))
                try await eventually("more requests") { simulator.journal.lookups.count >= wanted }
                try await Self.pause()
                try await place.stop(signal: SIGKILL)
            }
            try place.startDaemon()
            try await eventually("the minute is used up, whatever was killed") {
                try await place.hashdrop("status").output.contains(
                    "the minute's \(perMinute) requests are used up")
            }
            try await place.stop()
            #expect(simulator.journal.lookupsMax(inAny: 60) <= perMinute)
            // The rest without a quota, so that the test does not wait for ten minutes.
            simulator.setLimits(.unlimited)
            place.environment["HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE"] = "0"
            try place.startDaemon()
            let report = try await place.finished("long.txt", within: .seconds(600))
            try await place.stop()
            #expect(try report.hashes() == list)
            let lookups = simulator.journal.lookups
            #expect(lookups.count <= list.count + Self.connections * Self.kills)
            #expect(lookups.allSatisfy { $0.status != 429 })
        }
    }

    /// A pause that is part of what is tested: a kill comes at any time.
    private static func pause() async throws {
        try await ContinuousClock().sleep(for: .milliseconds(Int.random(in: 0...400)))
    }

    @Test func theKeyIsNowhereEvenWhenVirusTotalRepeatsIt() async throws {
        let key = "f00dfacef00dfacef00dfacef00dfacef00dfacef00dfacef00dfacef00dface"
        var options = SimulatorOptions()
        options.echoesWrongKey = true
        try await DaemonFixture.with(options) { place, _ in
            let file = place.folder.url.appending(path: "vt.key")
            try Data("\(key)\n".utf8).write(to: file)
            place.environment["HASHDROP_VIRUSTOTAL_API_KEY"] = nil
            place.environment["HASHDROP_VIRUSTOTAL_API_KEY_FILE"] = "vt.key"
            place.environment["HASHDROP_LOG_LEVEL"] = "trace"
            try await place.serve()
            try Data("44d88612fea8a8f36de82e1278abb02f\n".utf8).write(
                to: place.drop.appending(path: "one.txt"))
            let reason = try await eventually("the refusal is told to the reader") {
                place.folders("one.txt").last.flatMap { Report(folder: $0).status?.waitReason }
            }
            #expect(reason.contains("the API key"))
            let status = try await place.hashdrop("status", "--json")
            let processes = try await place.shell(
                "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' || true")
            #expect(!status.output.contains(key) && !processes.output.contains(key))
            // A key that works is taken up without a restart.
            try Data("\(SimulatedAccount.demoKey)\n".utf8).write(to: file)
            let report = try await place.finished("one.txt")
            #expect(report.status?.state == "done")
            try await place.stop()
            #expect(try !place.daemonLog().contains(key))
            try FileManager.default.removeItem(at: file)
            let leaks = try await place.shell(
                "grep -rlaE '\(key)|\(key.dropFirst(8))' . || true; grep -rlaF '\(SimulatedAccount.demoKey)' . || true"
            )
            #expect(leaks.output.isEmpty, "\(leaks.output)")
        }
    }

    @Test func failedHashesAreAskedAgainByRetry() async throws {
        try await DaemonFixture.with { place, simulator in
            let rule = simulator.addFault(FaultRule(.badRequest))
            try await place.serve()
            try Data("44d88612fea8a8f36de82e1278abb02f\n".utf8).write(
                to: place.drop.appending(path: "one.txt"))
            let failed = try await place.finished("one.txt")
            #expect(failed.status?.counts.failed == 1)
            simulator.removeFault(rule)
            let again = try await place.hashdrop("retry", failed.folder.lastPathComponent)
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(again.output.contains("1 hash is asked again"))
            try await eventually("the verdict") {
                Report(folder: failed.folder).status?.counts.malicious == 1
            }
            let cache = try await place.hashdrop("cache", "stats")
            #expect(cache.output.contains("Files known to VirusTotal:  1"))
            let unknown = try await place.hashdrop("retry", "20260101-000000-abcde")
            #expect(unknown.exitCode == 66)
        }
    }
}

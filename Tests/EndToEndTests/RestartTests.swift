import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// Restarts in good order and reloads, as an operator or a package upgrade does them, while lists come in.
@Suite(.limited(.daemon))
struct RestartTests {
    private static let hashesEach = 10

    @Test func theDatabaseOfAStoppedDaemonIsOneFile() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            try drop(0, place)
            _ = try await place.finished("0.txt")
            try await place.stop()
            let log = place.folder.path("spool/.hashdrop/hashdrop.sqlite-wal")
            let attributes = try? FileManager.default.attributesOfItem(atPath: log)
            #expect(attributes?[.size] as? Int ?? 0 == 0)
        }
    }

    private func drop(_ number: Int, _ place: DaemonFixture) throws {
        let hashes = (0..<Self.hashesEach).map { Samples.hash(1_000 * number + $0).hexadecimal }
        let hidden = place.drop.appending(path: ".\(number)")
        try Data(hashes.joined(separator: "\n").utf8).write(to: hidden)
        try FileManager.default.moveItem(at: hidden, to: place.drop.appending(path: "\(number).txt"))
    }

    /// Whatever its length, its report says that hashdrop is stopped, in all its files.
    @Test(arguments: [20, 1_000])
    func aRunningListsReportSaysThatHashdropIsStopped(hashes: Int) async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "1"]) { place, _ in
            try await place.serve()
            let text = (0..<hashes).map { Samples.hash($0).hexadecimal }.joined(separator: "\n")
            let hidden = place.drop.appending(path: ".long")
            try Data(text.utf8).write(to: hidden)
            try FileManager.default.moveItem(at: hidden, to: place.drop.appending(path: "long.txt"))
            let report = try await eventually("the list runs") { () -> Report? in
                guard let folder = place.folders("long.txt").first else { return nil }
                let report = Report(folder: folder)
                return report.status?.counts.hashes == hashes ? report : nil
            }
            try await place.stop()
            let status = try #require(report.status)
            #expect(status.state == "running")
            #expect(status.waitReason?.contains("hashdrop is stopped") == true, "\(status)")
            #expect(try report.text("report.html").contains("hashdrop is stopped"))
            try place.startDaemon()
            try await eventually("it goes on") {
                report.status?.waitReason?.contains("hashdrop is stopped") != true
            }
        }
    }

    @Test func noListIsLostAndNoRequestDoubled() async throws {
        try await DaemonFixture.with(.unlimited(latency: .milliseconds(40))) { place, simulator in
            try await place.serve()
            var dropped = 0
            for round in 1...4 {
                // In flight, in the queue, being read, and not yet seen.
                for _ in 0..<8 {
                    try drop(dropped, place)
                    dropped += 1
                }
                let asked = simulator.journal.lookups.count
                try await eventually("requests are in flight") {
                    simulator.journal.lookups.count > asked + 10
                }
                kill(try #require(place.processID), SIGHUP)
                for _ in 0..<2 {
                    try drop(dropped, place)
                    dropped += 1
                }
                if round < 4 {
                    try await place.stop()
                    try place.startDaemon()
                }
            }
            for number in 0..<dropped { _ = try await place.finished("\(number).txt") }
            for number in 0..<dropped {
                #expect(place.folders("\(number).txt").count == 1, "\(number).txt is one job")
            }
            let asked = simulator.journal.lookups.compactMap(\.hash)
            #expect(asked.count == dropped * Self.hashesEach)
            #expect(Set(asked).count == asked.count)
        }
    }
}

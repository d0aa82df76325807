import Foundation
import Model
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

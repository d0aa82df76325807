import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// `hashdrop lookup` beside a running daemon, and without one.
@Suite(.limited(.daemon))
struct LookupCommandTests {
    private static let eicar = "44d88612fea8a8f36de82e1278abb02f"
    private static let empty = "d41d8cd98f00b204e9800998ecf8427e"
    private static let unseen = "e92e313c775f2d2fee29fe38f9464f5d"

    private func rows(_ output: String) -> [[String]] {
        output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    }

    private func objects(_ output: String) throws -> [[String: Any]] {
        try output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// Alice's only report, once it is there.
    private func report(_ place: DaemonFixture) async throws -> Report {
        try await eventually("a report") {
            let names = try? FileManager.default.contentsOfDirectory(
                atPath: place.reports.path(percentEncoded: false))
            guard let name = names?.first(where: { $0.contains("_lookup-") }) else { return nil }
            let report = Report(folder: place.reports.appending(path: name, directoryHint: .isDirectory))
            return report.status == nil ? nil : report
        }
    }

    private func waitingFiles(_ place: DaemonFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.drop.path(percentEncoded: false))
    }

    @Test func hashesAreAskedOnceAndNothingIsLeftInTheFolders() async throws {
        try await DaemonFixture.with { place, simulator in
            try await place.serve()
            let first = try await place.hashdrop("lookup", Self.eicar, Self.unseen)
            #expect(first.exitCode == 1, "\(first.errors)")
            #expect(
                rows(first.output).map { Array($0.prefix(2)) } == [
                    [Self.eicar, "malicious"], [Self.unseen, "unknown to VirusTotal"],
                ])
            #expect(rows(first.output).allSatisfy { $0.count == 6 })
            #expect(simulator.journal.lookups.count == 2)
            #expect(place.jobCount == 0)
            #expect(try waitingFiles(place).isEmpty)
            let second = try await place.hashdrop("lookup", Self.eicar, Self.unseen)
            #expect(second.exitCode == 1 && second.output == first.output, "\(second.errors)")
            #expect(try await place.hashdrop("lookup", Self.unseen).exitCode == 2)
            #expect(try await place.hashdrop("lookup", Self.empty).exitCode == 0)
            for count in [32, 64] {
                let other = String(repeating: "0", count: count)
                let mixed = try await place.hashdrop("lookup", other, Self.empty)
                #expect(mixed.exitCode == 2, "an argument that is no hash is not passed over in silence")
                #expect(
                    mixed.errors.contains("1 text is no hash that VirusTotal can look up"), "\(mixed.errors)")
            }
            #expect(simulator.journal.lookups.count == 3)
            #expect(place.jobCount == 0)
        }
    }

    @Test func aRowIsThatOfAReport() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let asked = try await place.hashdrop("lookup", "--json", Self.eicar)
            #expect(asked.exitCode == 1, "\(asked.errors)")
            let dropped = try await place.hashdrop(
                "submit", "--wait", "--name", "list.txt", "-", input: Self.eicar)
            #expect(dropped.exitCode == 1, "\(dropped.errors)")
            let report = try await place.finished("list.txt")
            #expect(try report.text("report.json") == asked.output)
            // The cache knows of no lists.
            let expected = asked.output.replacing("\"seen_before\":0", with: "\"seen_before\":null")
            #expect(expected != asked.output)
            let again = try await place.hashdrop("lookup", "--json", Self.eicar)
            #expect(again.output == expected, "\(again.errors)")
            let cached = try await place.hashdrop("lookup", "--json", "--cached", Self.eicar)
            #expect(cached.output == expected, "\(cached.errors)")
        }
    }

    @Test func aListComesThroughAPipe() async throws {
        try await DaemonFixture.with { place, simulator in
            try await place.serve()
            let list = "\(Self.empty)  empty.bin\n\(Self.empty)\n\(Self.empty.dropLast())\n"
            for _ in 0..<2 {
                let ended = try await place.hashdrop("lookup", "--json", "-", input: list)
                // A line holds no usable hash.
                #expect(ended.exitCode == 2, "\(ended.errors)")
                let row = try #require(try objects(ended.output).first)
                #expect(row["verdict"] as? String == "clean")
                #expect(row["comment"] as? String == "empty.bin")
                #expect(row["occurrences"] as? Int == 2)
            }
            #expect(simulator.journal.lookups.count == 1)
        }
    }

    @Test func theCacheIsReadWithoutADaemonAndNothingIsAsked() async throws {
        try await DaemonFixture.with { place, simulator in
            try await place.serve()
            #expect(try await place.hashdrop("lookup", Self.eicar).exitCode == 1)
            try await place.stop()
            let ended = try await place.hashdrop("lookup", "--cached", Self.eicar, Self.empty)
            #expect(ended.exitCode == 1)
            #expect(rows(ended.output).map { $0[1] } == ["malicious", "not in the cache"])
            #expect(ended.errors.contains("1 of 2 hashes is not in the cache"), "\(ended.errors)")
            #expect(try await place.hashdrop("lookup", "--cached", Self.empty).exitCode == 2)
            // What is past its age is better than nothing, and says so.
            let old = try await place.hashdrop(
                "lookup", "--cached", "--json", Self.eicar, Self.empty,
                environment: ["HASHDROP_CACHE_MAX_AGE": "1ms", "HASHDROP_CACHE_UNKNOWN_MAX_AGE": "1ms"])
            let found = try objects(old.output)
            #expect(found.map { $0["verdict"] as? String } == ["malicious", "not-asked"])
            #expect(found.map { $0["is_stale"] as? Bool } == [true, false])
            #expect(simulator.journal.lookups.count == 1)
            let files = try await place.shell("ls spool/.hashdrop")
            #expect(!files.output.contains("-wal"), "\(files.output)")

            let asked = try await place.hashdrop("lookup", Self.empty)
            #expect(asked.exitCode == 69)
            #expect(asked.errors.contains("--cached"), "\(asked.errors)")
            #expect(try waitingFiles(place).isEmpty)
        }
    }

    @Test func ctrlCTakesTheListBack() async throws {
        try await DaemonFixture.with(.unlimited(latency: .seconds(60))) { place, _ in
            try await place.serve()
            let log = TemporaryFolder()
            let lookup = try Program.start(
                place.program, ["lookup", Self.eicar], environment: place.environment, in: place.folder,
                log: log)
            let report = try await report(place)
            lookup.send(SIGINT)
            // As a shell must see it, to end its script too.
            #expect(try await lookup.end() == SIGINT)
            #expect(try Program.text(log, "output").isEmpty)
            #expect(try Program.text(log, "errors").contains("Cancelled"))
            try await eventually("the job is cancelled") { report.status?.state == "cancelled" }
        }
    }

    @Test func aLookupThatIsNotDoneInTimeGoesOn() async throws {
        try await DaemonFixture.with(.unlimited(latency: .seconds(60))) { place, _ in
            try await place.serve()
            let ended = try await place.hashdrop("lookup", "--timeout", "10", Self.eicar)
            #expect(ended.exitCode == 75)
            #expect(ended.errors.contains("goes on by itself"), "\(ended.errors)")
            #expect(try await report(place).status?.state == "running")
        }
    }

    @Test(arguments: ["44d88612", "-"])
    func whatIsNoHashIsRefused(text: String) async throws {
        let place = DaemonFixture()
        let ended = try await place.hashdrop("lookup", Self.eicar, text)
        #expect(ended.exitCode == 64)
        #expect(ended.errors.contains("'\(text)' is no MD5, SHA-1 or SHA-256"), "\(ended.errors)")
    }

    /// Alice may drop and read reports; the daemon's account and its database are not hers.
    @Test(.enabled("needs root and setpriv") { await Accounts.mayChange() })
    func aUserOfTheShareNeedsNoOtherRights() async throws {
        try await DaemonFixture.with { place, simulator in
            try await Accounts.prepare(place)
            try await place.serve()
            let settings = place.environment.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
            func asAlice(_ command: String) async throws -> Program.Ended {
                try await place.shell(
                    "exec \(Accounts.alice) env \(settings) \(Program.path("hashdrop")) \(command)")
            }
            for _ in 0..<2 {
                let ended = try await asAlice("lookup --user alice --timeout 180 \(Self.eicar)")
                #expect(ended.exitCode == 1, "\(ended.errors)")
                #expect(ended.output.hasPrefix("\(Self.eicar)\tmalicious\t"), "\(ended.output)")
            }
            #expect(simulator.journal.lookups.count == 1)
            // What she may not remove stays, for all to see.
            #expect(place.jobCount == 2)
            let cached = try await asAlice("lookup --cached \(Self.eicar)")
            #expect(cached.exitCode == 77)
            #expect(cached.errors.contains("may not read the cache"), "\(cached.errors)")
        }
    }
}

import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// `hashdrop status` while no daemon runs, and of notifications that fail.
@Suite(.limited(.daemon))
struct StoppedStatusTests {
    private struct Overview: Decodable {
        struct Quota: Decodable {
            var used: Int
            var limit: Int
        }

        struct Folder: Decodable {
            var user: String
            var waitingFiles: Int
            var files: [String]
        }

        struct Stopped: Decodable {
            var day: Quota
            var folders: [Folder]
        }

        var isRunning: Bool
        var stopped: Stopped?
    }

    private static func overview(_ json: String) throws -> Overview {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Overview.self, from: Data(json.utf8))
    }

    /// Moves a list of one hash into alice's folder.
    private func drop(_ hash: FileHash, as name: String, in place: DaemonFixture) async throws {
        try Data("\(hash.hexadecimal)\n".utf8).write(to: place.folder.url.appending(path: "list.src"))
        _ = try await place.shell("mv list.src spool/alice/\(name)")
    }

    @Test func whatWaitsAndWhatIsUsedIsShownWithoutADaemon() async throws {
        let settings = ["HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "500"]
        try await DaemonFixture.with(settings: settings) { place, _ in
            try await place.serve()
            let running = try await place.hashdrop("status", "--json")
            #expect(try Self.overview(running.output).stopped == nil)
            try await drop(Samples.hash(90_001), as: "asked.txt", in: place)
            _ = try await place.finished("asked.txt")
            try await place.stop()
            _ = try await place.shell("echo x >spool/alice/waits.txt; echo x >spool/alice/too.txt")
            let ended = try await place.hashdrop("status")
            #expect(ended.exitCode == 69)
            for words in [
                "not running", "As the last run left it:", "1 of 500 today",
                "alice: 2 files wait for a daemon", "    too.txt\n    waits.txt",
            ] {
                #expect(ended.output.contains(words), "\(words): \(ended.output)")
            }
            let json = try await place.hashdrop("status", "--json").output
            let overview = try Self.overview(json)
            #expect(!overview.isRunning)
            let stopped = try #require(overview.stopped)
            #expect((stopped.day.used, stopped.day.limit) == (1, 500))
            #expect(stopped.folders.map(\.user) == ["alice"])
            #expect(stopped.folders.first?.waitingFiles == 2)
            #expect(stopped.folders.first?.files == ["too.txt", "waits.txt"])
        }
    }

    @Test func aHookThatFailsIsTold() async throws {
        let settings = ["HASHDROP_NOTIFY_HOOK": "/bin/false", "HASHDROP_NOTIFY_EVENTS": "done"]
        try await DaemonFixture.with(settings: settings) { place, _ in
            try await place.serve()
            try await drop(Samples.hash(90_002), as: "list.txt", in: place)
            let words = "Notifications fail (hook): 1 notification waits, the oldest since"
            try await eventually("the status says so") {
                try await place.hashdrop("status").output.contains(words)
            }
            // One failure is no failure of hashdrop's yet.
            let doctor = try await place.hashdrop("doctor")
            #expect(doctor.output.contains("the hook ended with exit code 1"), "\(doctor.output)")
            #expect(doctor.output.contains("warning  notifications"), "\(doctor.output)")
        }
    }

    @Test func aRefusedKeyIsToldByDoctorAndAfterTheDaemonsEnd() async throws {
        let settings = ["HASHDROP_VIRUSTOTAL_API_KEY": String(repeating: "f", count: 64)]
        try await DaemonFixture.with(settings: settings) { place, _ in
            try await place.serve()
            try await drop(Samples.hash(90_003), as: "list.txt", in: place)
            let words = "VirusTotal has refused the key since"
            try await eventually("the doctor says so") {
                let doctor = try await place.hashdrop("doctor")
                return doctor.exitCode == 75 && doctor.output.contains(words)
            }
            try await place.stop()
            #expect(try await place.hashdrop("status").output.contains("Key:    refused by VirusTotal since"))
        }
    }
}

import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// Ten thousand files at once, while the kernel's queue of events runs over.
@Suite(.enabled(if: Full.isOn, "takes minutes: make test-full"))
struct BurstTests {
    private static let users = 20
    private static let filesEach = 500

    @Test func tenThousandFilesAreTenThousandJobs() async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        try await SimulatedVirusTotal.with(options) { simulator in
            let place = Installation(endpoint: simulator.baseURL)
            try await place.serve()
            let names = (1...Self.users).map { "user\($0)" }
            for name in names { _ = try await place.hashdrop("user", "add", name) }
            try await eventually("the last folder is watched") {
                try await place.hashdrop("status").output.contains("user\(Self.users): events")
            }
            let helper = try #require(try place.helpers().first)
            kill(helper, SIGSTOP)
            try drop(names, at: place)
            kill(helper, SIGCONT)
            let began = ContinuousClock.now
            try await eventually("every drop folder is empty", within: .seconds(900)) {
                try names.allSatisfy { try self.entries("spool/\($0)", place).isEmpty }
            }
            print("burst: picked up after \(ContinuousClock.now - began)")
            let done = Self.filesEach * Self.users
            try await eventually("every CSV is there", within: .seconds(900)) {
                try names.reduce(0) { try $0 + self.tables($1, place) } == done
            }
            print(
                "burst: reported after \(ContinuousClock.now - began), \(try place.processorSeconds()) s of processor"
            )
            for name in names {
                let jobs = try entries("reports/\(name)", place).compactMap { $0.split(separator: "_").last }
                #expect(Set(jobs).count == Self.filesEach && jobs.count == Self.filesEach)
            }
            #expect(try place.daemonLog().contains("Events were lost"))
            await place.stop()
        }
    }

    /// Written in place, so that each makes several events.
    private func drop(_ names: [String], at place: Installation) throws {
        for name in names {
            let folder = place.folder.url.appending(path: "spool/\(name)")
            for number in 0..<Self.filesEach {
                try Data("\(Samples.hash(number).hexadecimal)\n".utf8)
                    .write(to: folder.appending(path: "\(number).txt"))
            }
        }
    }

    private func entries(_ path: String, _ place: Installation) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.folder.path(path)).filter {
            $0 != "index.html"
        }
    }

    private func tables(_ user: String, _ place: Installation) throws -> Int {
        try entries("reports/\(user)", place).count {
            FileManager.default.fileExists(atPath: place.folder.path("reports/\(user)/\($0)/report.csv"))
        }
    }
}

/// Whether the long runs are wanted.
enum Full {
    static let isOn = ProcessInfo.processInfo.environment["HASHDROP_TEST_FULL"] != nil
}

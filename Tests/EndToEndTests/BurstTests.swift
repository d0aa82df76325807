import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// Ten thousand files at once, while the kernel's queue of events runs over.
@Suite(.enabled(if: Full.isOn, "takes minutes: make test-full"), .limited(.daemon))
struct BurstTests {
    private static let users = 20
    private static let filesEach = 500

    @Test func tenThousandFilesAreTenThousandJobs() async throws {
        try await DaemonFixture.with { place, _ in
            try await place.serve()
            let names = (1...Self.users).map { "user\($0)" }
            for name in names { _ = try await place.hashdrop("user", "add", name) }
            try await eventually("the last folder is watched") {
                try await place.hashdrop("status").output.contains("user\(Self.users): events")
            }
            let helper = try #require(try place.helpers().first)
            kill(helper, SIGSTOP)
            try await drop(names, at: place)
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
                let jobs = try entries("reports/\(name)", place).compactMap {
                    $0.split(separator: "_").last
                }
                #expect(jobs.count == Self.filesEach, "\(name)")
                #expect(Set(jobs).count == Self.filesEach, "\(name)")
                try await eventually("the last status of \(name)") {
                    try self.reports(name, place).allSatisfy { $0.status?.state == "done" }
                }
                for report in try reports(name, place) {
                    let file = report.folder.lastPathComponent.split(separator: "_").last ?? ""
                    let number = Int(file.prefix { $0 != "." }) ?? -1
                    #expect(try report.hashes() == [Samples.hash(number).hexadecimal], "\(name) \(file)")
                }
            }
            #expect(try place.daemonLog().contains("Events were lost"))
        }
    }

    /// Written in place, so that each makes several events; by a quick program, for a helper that is stopped
    /// for some seconds is noticed and replaced.
    private func drop(_ names: [String], at place: DaemonFixture) async throws {
        let lists = (0..<Self.filesEach).map { Samples.hash($0).hexadecimal + "\n" }.joined()
        try Data(lists.utf8).write(to: place.folder.url.appending(path: "lists"))
        let began = ContinuousClock.now
        let ended = try await place.shell(
            """
            python3 -c '
            import sys
            lists = open("lists").readlines()
            for name in sys.argv[1:]:
                for number, line in enumerate(lists):
                    with open(f"spool/{name}/{number}.txt", "w") as file: file.write(line)
            ' \(names.joined(separator: " "))
            """)
        #expect(ended.exitCode == 0, "\(ended.errors)")
        print("burst: dropped within \(ContinuousClock.now - began)")
    }

    private func reports(_ user: String, _ place: DaemonFixture) throws -> [Report] {
        try entries("reports/\(user)", place).map {
            Report(
                folder: place.folder.url.appending(
                    path: "reports/\(user)/\($0)", directoryHint: .isDirectory))
        }
    }

    /// Without the index, and without the next one that is being written.
    private func entries(_ path: String, _ place: DaemonFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.folder.path(path)).filter {
            $0 != "index.html" && $0 != ".index.html.tmp"
        }
    }

    private func tables(_ user: String, _ place: DaemonFixture) throws -> Int {
        try entries("reports/\(user)", place).count {
            FileManager.default.fileExists(atPath: place.folder.path("reports/\(user)/\($0)/report.csv"))
        }
    }
}

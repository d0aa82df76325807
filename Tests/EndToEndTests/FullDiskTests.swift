import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

extension RealSpool {
    /// A full disk under the spool (with the daemon's own files) or under the reports: the reason is shown, nothing is
    /// lost, and work goes on when there is space again.
    @Suite(.enabled(if: SmallDisk.mayMount, "mounting a small disk needs root and tmpfs"))
    struct FullDiskTests {
        private static let lists = 50

        private static let unlimited: SimulatorOptions = {
            var options = SimulatorOptions()
            options.accounts[0].limits = .unlimited
            return options
        }()

        private func list(_ number: Int) -> [String] {
            (0..<4).map { Samples.hash(number * 10 + $0).hexadecimal }
        }

        private func withSmallDisk(
            _ name: String, _ body: (Installation, SmallDisk) async throws -> Void
        ) async throws {
            try await SimulatedVirusTotal.with(Self.unlimited) { simulator in
                let place = Installation(
                    endpoint: simulator.baseURL,
                    settings: ["HASHDROP_SPOOL_QUIET_PERIOD": "500ms", "HASHDROP_SPOOL_POLL": "1s"])
                let disk = try await SmallDisk(at: place.folder.path(name), in: place)
                try await place.serve()
                do {
                    try await body(place, disk)
                } catch {
                    await place.stop()
                    try await disk.unmount()
                    throw error
                }
                await place.stop()
                try await disk.unmount()
            }
        }

        private func allAreRight(_ place: Installation) async throws {
            for number in 0..<Self.lists {
                let report = try await place.finished("\(number).txt")
                #expect(report.status?.state == "done")
                #expect(try report.hashes() == list(number))
                #expect(try report.text("input") == list(number).joined(separator: "\n") + "\n")
                #expect(place.folders("\(number).txt").count == 1)
            }
        }

        @Test func aFullSpool() async throws {
            try await withSmallDisk("spool") { place, disk in
                // Written while there is space, under names that wait, and renamed when there is none.
                for number in 0..<Self.lists {
                    try Data((list(number).joined(separator: "\n") + "\n").utf8)
                        .write(to: place.drop.appending(path: "\(number).part"))
                }
                try await disk.fill()
                _ = try await place.shell("cd spool/alice; for f in *.part; do mv $f ${f%.part}.txt; done")
                try await eventually("the reason is shown to the operator") {
                    try await place.hashdrop("status").output.contains("No space left on device")
                }
                try await eventually("and to alice") {
                    try Report(folder: place.reports).text("index.html").contains("No space left on device")
                }
                #expect(place.jobCount < Self.lists)
                try await disk.free()
                try await allAreRight(place)
            }
        }

        @Test func fullReports() async throws {
            try await withSmallDisk("reports") { place, disk in
                try await disk.fill()
                for number in 0..<Self.lists {
                    try Data((list(number).joined(separator: "\n") + "\n").utf8)
                        .write(to: place.drop.appending(path: "\(number).txt"))
                }
                try await eventually("the reason is shown") {
                    try await place.hashdrop("status").output.contains("No space left on device")
                }
                try await disk.free()
                try await allAreRight(place)
                let leftovers = try await place.shell("find reports spool -name '*.tmp' -o -name '*.partial'")
                #expect(leftovers.output.isEmpty)
            }
        }
    }

    /// A tmpfs of a few megabytes.
    struct SmallDisk {
        private let path: String
        private let place: Installation

        static let mayMount: Bool = {
            guard geteuid() == 0 else { return false }
            let folder = TemporaryFolder()
            let path = folder.url.path(percentEncoded: false)
            let isMounted = mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0
            if isMounted { umount(path) }
            return isMounted
        }()

        init(at path: String, in place: Installation) async throws {
            self.path = path
            self.place = place
            let ended = try await place.shell("mkdir -p \(path) && mount -t tmpfs -o size=12m tmpfs \(path)")
            guard ended.exitCode == 0 else { throw NotMounted(reason: ended.errors) }
        }

        struct NotMounted: Error {
            var reason: String
        }

        func fill() async throws {
            _ = try await place.shell("cat /dev/zero >\(path)/.filler 2>/dev/null || true")
        }

        func free() async throws { _ = try await place.shell("rm \(path)/.filler") }

        func unmount() async throws { _ = try await place.shell("umount --lazy \(path)") }
    }
}

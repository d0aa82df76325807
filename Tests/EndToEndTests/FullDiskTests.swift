import Foundation
import Model
import Reporting
import Simulator
import TestSupport
import Testing

/// A full disk under the spool (with the daemon's own files) or under the reports: the reason is shown,
/// nothing is lost, and work goes on when there is space again.
@Suite(.enabled(if: SmallDisk.mayMount, "mounting a small disk needs root and tmpfs"), .limited(.daemon))
struct FullDiskTests {
    private static let lists = 50

    private func list(_ number: Int) -> [String] {
        (0..<4).map { Samples.hash(number * 10 + $0).hexadecimal }
    }

    private func withSmallDisk(
        _ name: String, latency: Duration = .zero,
        _ body: (DaemonFixture, SmallDisk, SimulatedVirusTotal) async throws -> Void
    ) async throws {
        try await DaemonFixture.with(
            .unlimited(latency: latency),
            settings: ["HASHDROP_SPOOL_QUIET_PERIOD": "500ms", "HASHDROP_SPOOL_POLL": "1s"]
        ) { place, simulator in
            let disk = try await SmallDisk(at: place.folder.path(name), in: place)
            try await place.serve()
            do {
                try await body(place, disk, simulator)
            } catch {
                try await place.stop()
                try await disk.unmount()
                throw error
            }
            try await place.stop()
            try await disk.unmount()
        }
    }

    private func allAreRight(_ place: DaemonFixture) async throws {
        for number in 0..<Self.lists {
            let report = try await place.finished("\(number).txt")
            #expect(report.status?.state == "done")
            #expect(try report.hashes() == list(number))
            #expect(try report.text("input") == list(number).joined(separator: "\n") + "\n")
            #expect(place.folders("\(number).txt").count == 1)
        }
    }

    @Test(arguments: [SmallDisk.Fault.full, .noInodes])
    func aFullSpool(_ fault: SmallDisk.Fault) async throws {
        try await withSmallDisk("spool") { place, disk, _ in
            // Written while there is space, under names that wait, and renamed when there is none.
            for number in 0..<Self.lists {
                try Data((list(number).joined(separator: "\n") + "\n").utf8)
                    .write(to: place.drop.appending(path: "\(number).part"))
            }
            try await disk.suffer(fault)
            _ = try await place.shell("cd spool/alice; for f in *.part; do mv $f ${f%.part}.txt; done")
            try await eventually("the reason is shown to the operator") {
                try await place.hashdrop("status").output.contains("No space left on device")
            }
            try await eventually("and to alice") { place.index?.contains("No space left on device") == true }
            #expect(place.jobCount < Self.lists)
            try await disk.recover(fault)
            try await allAreRight(place)
        }
    }

    @Test func aFullDatabaseWhileAJobRuns() async throws {
        // The spool's disk holds the daemon's state too.
        try await withSmallDisk("spool", latency: .seconds(1)) { place, disk, simulator in
            let list = (0..<400).map { Samples.hash(9_000 + $0).hexadecimal }
            try Data((list.joined(separator: "\n") + "\n").utf8)
                .write(to: place.drop.appending(path: "long.txt"))
            try await eventually("the job is under way") {
                let status = place.folders("long.txt").first.flatMap { Report(folder: $0).status }
                return status.map { $0.counts.waiting < 390 } ?? false
            }
            try await disk.suffer(.full)
            try await eventually("the reason is shown") {
                let status = try await place.hashdrop("status").output
                return status.contains("disk is full") || status.contains("No space left")
            }
            try await disk.recover(.full)
            simulator.setLatency(.zero)
            let report = try await place.finished("long.txt")
            #expect(report.status?.state == "done")
            #expect(report.status?.counts.failed == 0)
            #expect(try report.hashes() == list)
        }
    }

    @Test(arguments: SmallDisk.Fault.allCases)
    func fullReports(_ fault: SmallDisk.Fault) async throws {
        try await withSmallDisk("reports") { place, disk, _ in
            try await disk.suffer(fault)
            for number in 0..<Self.lists {
                try Data((list(number).joined(separator: "\n") + "\n").utf8)
                    .write(to: place.drop.appending(path: "\(number).txt"))
            }
            try await eventually("the reason is shown") {
                try await place.hashdrop("status").output.contains(fault.words)
            }
            try await disk.recover(fault)
            try await allAreRight(place)
            // The daemon goes on writing its status and the index, so one of them may be half written now.
            try await eventually("nothing is left half written") {
                try await place.shell("find reports spool -name '*.tmp' -o -name '*.partial'").output.isEmpty
            }
        }
    }
}

/// A tmpfs of a few megabytes and some thousand names.
struct SmallDisk {
    private let path: String
    private let place: DaemonFixture

    static let mayMount: Bool = {
        guard geteuid() == 0 else { return false }
        let folder = TemporaryFolder()
        let path = folder.url.path(percentEncoded: false)
        let isMounted = mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0
        if isMounted { umount(path) }
        return isMounted
    }()

    init(at path: String, in place: DaemonFixture) async throws {
        self.path = path
        self.place = place
        let ended = try await place.shell(
            "mkdir -p \(path) && mount -t tmpfs -o size=12m,nr_inodes=2000 tmpfs \(path)")
        guard ended.exitCode == 0 else { throw NotMounted(reason: ended.errors) }
    }

    struct NotMounted: Error {
        var reason: String
    }

    enum Fault: String, CaseIterable, Sendable {
        case full, noInodes, readOnly

        /// The kernel's words for it.
        var words: String { self == .readOnly ? "Read-only file system" : "No space left on device" }
    }

    func suffer(_ fault: Fault) async throws {
        switch fault {
        case .full: _ = try await place.shell("cat /dev/zero >\(path)/.filler 2>/dev/null || true")
        case .noInodes:
            _ = try await place.shell(
                "mkdir \(path)/.filler; cd \(path)/.filler; seq 5000 | xargs touch 2>/dev/null || true")
        case .readOnly:
            // Refused as long as a file is open for writing.
            try await eventually("the disk is read-only") {
                try await place.shell("mount -o remount,ro \(path)").exitCode == 0
            }
        }
    }

    func recover(_ fault: Fault) async throws {
        let script = fault == .readOnly ? "mount -o remount,rw \(path)" : "rm -r \(path)/.filler"
        let ended = try await place.shell(script)
        #expect(ended.exitCode == 0, "\(ended.errors)")
    }

    func unmount() async throws { _ = try await place.shell("umount --lazy \(path)") }
}

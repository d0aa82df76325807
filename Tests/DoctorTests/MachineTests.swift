import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Doctor

/// Limits, disks and the clock.
@Suite struct MachineTests {
    private let account = FolderFindingsTests.daemon

    // MARK: inotify

    @Test(arguments: [
        (8_192, 100, 50, Finding.State.ok, ""), (150, 100, 50, .ok, ""),
        (149, 100, 50, .warning, "fs.inotify.max_user_watches=65536"),
        (50_000, 49_000, 2_000, .warning, "fs.inotify.max_user_watches=131072"),
    ])
    func aLimitOfWatchesThatIsTooSmallHasItsCommand(
        _ limit: Int, _ used: Int, _ needed: Int, _ state: Finding.State, _ command: String
    ) {
        let facts = InotifyFacts(
            watchesMax: limit, instancesMax: 128, watchesUsed: used, watchesNeeded: needed, instancesNeeded: 1
        )
        let finding = facts.findings(of: account)[0]
        #expect(finding.state == state)
        #expect(finding.advice?.contains("sudo sysctl -w \(command);") ?? command.isEmpty)
        #expect(finding.advice?.contains("/etc/sysctl.d/60-hashdrop.conf") ?? true)
    }

    @Test func aLimitOfInstancesThatIsUsedUpHasItsCommand() {
        let facts = InotifyFacts(
            watchesMax: 1_000, instancesMax: 128, instancesUsed: 128, watchesNeeded: 2, instancesNeeded: 1)
        let finding = facts.findings(of: account)[1]
        #expect(finding.state == .warning)
        #expect(finding.advice?.hasPrefix("sudo sysctl -w fs.inotify.max_user_instances=512;") == true)
    }

    @Test func limitsThatAreNotShownAreSaid() {
        let findings = InotifyFacts(watchesNeeded: 2, instancesNeeded: 1).findings(of: account)
        #expect(findings.map(\.state) == [.warning, .warning])
    }

    @Test func whatThisAccountUsesIsCounted() throws {
        let folder = TemporaryFolder()
        let queue = inotify_init()
        defer { close(queue) }
        #expect(inotify_add_watch(queue, folder.path(""), UInt32(IN_CREATE)) > 0)
        let facts = InotifyFacts(userID: geteuid(), folders: 3, daemonHasHelper: false)
        #expect(facts.instancesUsed >= 1)
        #expect(facts.watchesUsed >= 1)
        #expect((facts.watchesNeeded, facts.instancesNeeded) == (4, 1))
        #expect(InotifyFacts(userID: geteuid(), folders: 3, daemonHasHelper: true).watchesNeeded == 0)
        #expect(try #require(facts.watchesMax) > 0)
    }

    // MARK: Disks

    struct Room: Sendable {
        var bytes: Int64 = 10 << 30
        var inodes: Int64 = 1_000_000
        var states: [Finding.State]
    }

    @Test(arguments: [
        Room(states: [.ok, .ok]), Room(bytes: (1 << 30) - 1, states: [.warning, .ok]),
        Room(bytes: (128 << 20) - 1, states: [.failed, .ok]), Room(inodes: 9_999, states: [.ok, .warning]),
        Room(inodes: 999, states: [.ok, .failed]),
    ])
    func littleRoomIsSaid(_ room: Room) {
        let facts = DiskFacts(
            folders: ["/a", "/b"], freeBytes: room.bytes, totalBytes: 20 << 30, freeInodes: room.inodes,
            totalInodes: 2_000_000)
        #expect(facts.findings().map(\.state) == room.states)
        #expect(facts.findings().allSatisfy { $0.subject == "/a, /b" })
    }

    @Test func aFileSystemWithoutInodesHasNoLimitOfThem() {
        let facts = DiskFacts(
            folders: ["/a"], freeBytes: 10 << 30, totalBytes: 20 << 30, freeInodes: 0, totalInodes: 0)
        #expect(facts.findings().map(\.state) == [.ok, .ok])
    }

    @Test func foldersOfOneFileSystemShareALine() {
        let (first, second) = (TemporaryFolder(), TemporaryFolder())
        let disks = DiskFacts.of([first.path(""), second.path(""), first.path("nowhere")])
        #expect(disks.map(\.folders) == [[first.path(""), second.path("")]])
        #expect(disks[0].totalBytes > 0)
        #expect(DiskFacts.temporaryFolder(["SQLITE_TMPDIR": first.path("")]) == first.path(""))
    }

    // MARK: Clock

    private func clock(
        ahead: Double, uptime: Duration = .seconds(1_000), bootID: String = "a", isSynchronised: Bool? = true
    ) -> ClockFacts {
        let memory = ClockMemory(wall: Samples.now, monotonic: .seconds(900), bootID: "a")
        return ClockFacts(
            reading: ClockReading(wall: Samples.now + ahead, monotonic: uptime), bootID: bootID,
            memory: memory,
            isSynchronised: isSynchronised)
    }

    @Test func aClockThatGoesOnIsWell() {
        #expect(clock(ahead: 100).findings.map(\.state) == [.ok, .ok])
        // The machine was off for a week.
        #expect(clock(ahead: 604_800, uptime: .seconds(10), bootID: "b").findings[0].state == .ok)
        var first = clock(ahead: 0)
        first.memory = nil
        #expect(first.findings[0].state == .ok)
    }

    @Test func aClockBehindTheNewestMomentFails() {
        let finding = clock(ahead: -86_400 * 3).findings[0]
        #expect(finding.state == .failed)
        #expect(finding.message.contains("3 days before"), "\(finding.message)")
        #expect(finding.advice?.contains("timedatectl set-ntp true") == true)
    }

    @Test func aClockThatWasPutForwardIsSaid() {
        let finding = clock(ahead: 100 + 7_200).findings[0]
        #expect(finding.state == .warning)
        #expect(finding.message.contains("put forward by 2 hours"), "\(finding.message)")
    }

    @Test func aClockThatNothingKeepsRightIsSaid() {
        #expect(clock(ahead: 100, isSynchronised: false).findings[1].state == .warning)
        #expect(clock(ahead: 100, isSynchronised: nil).findings[1].advice?.contains("timedatectl") == true)
    }

    /// Whatever it says of this machine: it is asked and changes nothing.
    @Test func theKernelIsAsked() {
        #expect(KernelClock.isSynchronised() == KernelClock.isSynchronised())
    }
}

import Glibc
import Spool
import Testing

@testable import Doctor

@Suite struct LeaseFindingTests {
    private func finding(
        _ lease: WriterProbe?, mode: UInt32 = 0o2770, holdsForOthers: Bool = false, isEnabled: Bool = true
    ) -> Finding? {
        TrialFacts(lease: lease).leaseFinding(
            FolderFindingsTests.folder(FolderFindingsTests.alice, mode: mode), FolderFindingsTests.daemon,
            LeaseRights(
                holdsForOthersFiles: holdsForOthers, isEnabled: isEnabled, quietPeriod: .seconds(5)))
    }

    @Test func withTheCapabilityOrAmongOwnFilesAllIsWell() {
        #expect(finding(.noWriter, holdsForOthers: true)?.state == .ok)
        #expect(finding(.noWriter, mode: 0o750)?.state == .ok)
        #expect(finding(nil) == nil)
    }

    @Test func withoutTheCapabilityOthersFilesWait() {
        let finding = finding(.noWriter)
        #expect(finding?.state == .warning)
        #expect(finding?.message.contains("for 5 s") == true)
        #expect(finding?.advice?.contains("AmbientCapabilities=CAP_LEASE") == true)
    }

    @Test func withoutLeasesTheReasonIsSaid() {
        #expect(finding(.unknown(errorNumber: EINVAL))?.message.contains("the file system grants") == true)
        let switchedOff = finding(.unknown(errorNumber: EINVAL), isEnabled: false)
        #expect(switchedOff?.advice?.hasPrefix("sudo sysctl -w fs.leases-enable=1;") == true)
    }

    @Test func aProgramThatOpensEveryFileIsTold() {
        #expect(finding(.writerPresent)?.advice?.contains("fuser") == true)
    }

    @Test(arguments: [
        ("Name:\thashdrop\nCapEff:\t0000000010000000\n", true), ("CapEff:\t000001ffffffffff\n", true),
        ("CapEff:\t0000000000000000\n", false), ("CapEff:\tnone\n", false), ("", false),
    ])
    func theCapabilityIsReadFromTheKernelsText(_ text: String, _ includesLease: Bool) {
        #expect(Capabilities.includeLease(status: text) == includesLease)
    }
}

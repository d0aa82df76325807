import Model
import Testing

@testable import Spool

@Suite struct ReadinessStateMachineTests {
    private func entry(
        _ name: String = "a", inode: UInt64 = 1, size: Int64 = 10, changed: Int64 = 0, links: Int = 1,
        kind: SpoolEntry.Kind = .regular, readable: Bool = true
    ) -> SpoolEntry {
        SpoolEntry(
            name: DroppedName(name), kind: kind, identity: FileIdentity(device: 1, inode: inode), size: size,
            changedNanoseconds: changed, linkCount: links, mode: 0o600, ownerID: 1_001, isReadable: readable)
    }

    private func action(
        _ machine: inout ReadinessStateMachine, _ entry: SpoolEntry, movedIn: Bool = false, at now: Double
    ) -> ReadinessDecision.Action? {
        machine.observe(entries: [entry], movedIn: movedIn ? [entry.name] : [], now: .seconds(now)).first?
            .action
    }

    @Test func aFileIsReadyAfterTheQuietPeriod() {
        var machine = ReadinessStateMachine()
        #expect(action(&machine, entry(), at: 10) == .wait(.settling, until: .seconds(12)))
        #expect(machine.nextDeadline == .seconds(12))
        #expect(action(&machine, entry(), at: 11.9) == .wait(.settling, until: .seconds(12)))
        #expect(action(&machine, entry(), at: 12) == .ready(.quiet(seconds: 2)))
        #expect(machine.nextDeadline == nil)
    }

    @Test func anyChangeStartsTheQuietPeriodAgain() {
        let changes = [
            entry(size: 11), entry(changed: 1), entry(inode: 2),
        ]
        for changed in changes {
            var machine = ReadinessStateMachine()
            _ = action(&machine, entry(), at: 0)
            #expect(action(&machine, changed, at: 1.9) == .wait(.settling, until: .seconds(3.9)))
        }
    }

    @Test func aFileThatKeepsGrowingIsNeverReady() {
        var machine = ReadinessStateMachine()
        for step in 0..<100 {
            let growing = entry(size: Int64(step + 1), changed: Int64(step))
            guard case .wait(.settling, _) = action(&machine, growing, at: Double(step) * 1.9) else {
                Issue.record("ready while it grows")
                return
            }
        }
    }

    @Test func aRenamedFileIsReadyAtOnce() {
        var machine = ReadinessStateMachine()
        #expect(action(&machine, entry(), movedIn: true, at: 0) == .ready(.renamedIntoFolder))
    }

    @Test func aRenamedFileThatChangesAfterwardsMustSettle() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(), movedIn: true, at: 0)
        #expect(action(&machine, entry(size: 11), at: 1) == .wait(.settling, until: .seconds(3)))
    }

    @Test func aWriterThatWasSeenStartsTheClockAgain() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(), movedIn: true, at: 0)
        machine.postpone(DroppedName("a"), .writerPresent, now: .seconds(1))
        #expect(machine.nextDeadline == .seconds(3))
        #expect(action(&machine, entry(), at: 2) == .wait(.writerPresent, until: .seconds(3)))
        #expect(action(&machine, entry(), at: 3) == .ready(.quiet(seconds: 2)))
    }

    @Test func withoutALeaseTheQuietPeriodIsLonger() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(), at: 0)
        #expect(action(&machine, entry(), at: 2) == .ready(.quiet(seconds: 2)))
        machine.postpone(DroppedName("a"), .writerUnknown, now: .seconds(2))
        #expect(action(&machine, entry(), at: 3) == .wait(.writerUnknown, until: .seconds(5)))
        #expect(action(&machine, entry(), at: 5) == .ready(.quiet(seconds: 5)))
    }

    @Test(arguments: [
        "list.part", "list.partial", "list.txt.filepart", "x.CRDOWNLOAD", "x.download", "x.uploading",
        "x.tmp",
        "x.temp", "x.inprogress", "x.processing", "x.camelLock", "x.swp", "list~", "~$list.docx", "#list#",
        ".list.txt.Xy12Ab", ".nfs0001", ".fuse_hidden0001", ".",
    ])
    func anUnfinishedNameWaitsEvenIfRenamed(_ name: String) {
        var machine = ReadinessStateMachine()
        guard case .wait(.unfinishedName, until: nil) = action(&machine, entry(name), movedIn: true, at: 99)
        else {
            Issue.record("\(name) does not wait")
            return
        }
    }

    /// Its owner is not told of it while it grows, and for a minute after that.
    @Test(arguments: [".list.txt.1z141z3.hashdrop.part", ".list.txt.part", "list.txt.hashdrop.part"])
    func whatSubmitIsWritingIsBeingDropped(name: String) {
        var machine = ReadinessStateMachine()
        let isOurs = name.hasPrefix(".") && name.contains("hashdrop")
        let unfinished = ReadinessDecision.Action.wait(.unfinishedName(".part"), until: nil)
        for (time, size, until) in [(0, 0, 60), (30, 10, 90), (89, 10, 90)] {
            let wanted = ReadinessDecision.Action.wait(.beingDropped, until: .seconds(until))
            let found = action(&machine, entry(name, size: Int64(size)), at: Double(time))
            #expect(found == (isOurs ? wanted : unfinished))
        }
        #expect(action(&machine, entry(name, size: 10), at: 90) == unfinished)
    }

    @Test(arguments: [".DS_Store", "._list.txt", "Thumbs.db", "desktop.ini"])
    func litterIsListedAndLeft(_ name: String) {
        var machine = ReadinessStateMachine()
        #expect(action(&machine, entry(name), at: 99) == .wait(.litter, until: nil))
    }

    @Test(arguments: [
        "#recycle", "$RECYCLE.BIN", "System Volume Information", "@eaDir", ".Trash-1000", "__MACOSX",
        "lost+found",
    ])
    func aSystemFolderIsLeftAlone(_ name: String) {
        var machine = ReadinessStateMachine()
        #expect(
            action(&machine, entry(name, kind: .folder), at: 99_999) == .wait(.systemFolder, until: nil))
        #expect(
            action(&machine, entry(name, kind: .regular), at: 199_999) != .wait(.systemFolder, until: nil))
    }

    @Test(arguments: [
        "n.txt.incomplete", "n.txt.opdownload", "n.txt.downloading", "n.txt.!qB", "n.txt.!ut", "n.txt.aria2",
    ])
    func theUnfinishedNamesOfDownloadProgramsWait(_ name: String) {
        guard case .unfinished = NameRule(DroppedName(name)) else {
            Issue.record("\(name) is not unfinished")
            return
        }
    }

    @Test(arguments: ["list.txt", "part", "tmp.txt", "a.part.txt", "#1", "#", "~list"])
    func anOrdinaryNameIsTaken(_ name: String) {
        #expect(NameRule(DroppedName(name)) == .ordinary)
    }

    @Test(arguments: [SpoolEntry.Kind.symbolicLink, .pipe, .socket, .device])
    func whatIsNoFileIsRefusedAtOnce(_ kind: SpoolEntry.Kind) {
        var machine = ReadinessStateMachine()
        #expect(action(&machine, entry(kind: kind), at: 0) == .refuse(.notAFile(kind)))
    }

    @Test func aFolderWaits() {
        var machine = ReadinessStateMachine()
        #expect(
            action(&machine, entry(kind: .folder), movedIn: true, at: 0) == .wait(.folder, until: .seconds(5))
        )
    }

    @Test func aSecondLinkHasItsGraceAndIsRefusedThen() {
        var machine = ReadinessStateMachine()
        let linked = entry(links: 2)
        let waiting = ReadinessDecision.Action.wait(.hardLinked(count: 2), until: .seconds(60))
        #expect(action(&machine, linked, at: 0) == waiting)
        #expect(action(&machine, linked, at: 59.9) == waiting)
        #expect(action(&machine, linked, at: 60) == .refuse(.hardLinked(count: 2)))
    }

    @Test func anUploadFinishedByLinkAndUnlinkIsTaken() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(links: 2), at: 0)
        // The unlink changes the inode's ctime.
        #expect(action(&machine, entry(changed: 1), at: 1) == .wait(.settling, until: .seconds(3)))
        #expect(action(&machine, entry(changed: 1), at: 3) == .ready(.quiet(seconds: 2)))
    }

    @Test func anEmptyFileWaitsForItsContentAndIsRefusedThen() {
        var machine = ReadinessStateMachine()
        let empty = entry(size: 0)
        #expect(action(&machine, empty, movedIn: true, at: 0) == .wait(.empty, until: .seconds(60)))
        #expect(action(&machine, empty, at: 59) == .wait(.empty, until: .seconds(60)))
        #expect(action(&machine, empty, at: 60) == .refuse(.empty))
    }

    @Test func anEmptyFileThatIsFilledIsTaken() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(size: 0), at: 0)
        _ = action(&machine, entry(changed: 5), at: 30)
        #expect(action(&machine, entry(changed: 5), at: 32) == .ready(.quiet(seconds: 2)))
    }

    @Test func aTooLargeFileWaitsWithItsReason() {
        var machine = ReadinessStateMachine()
        let large = entry(size: (64 << 20) + 1)
        #expect(action(&machine, large, at: 0) == .wait(.settling, until: .seconds(2)))
        // It may be the only copy, so it is left where it is.
        let reason = WaitReason.tooLarge(bytes: (64 << 20) + 1, limit: 64 << 20)
        #expect(action(&machine, large, at: 2) == .wait(reason, until: nil))
        #expect(
            action(&machine, entry("b", size: 64 << 20), movedIn: true, at: 3) == .ready(.renamedIntoFolder))
    }

    @Test func aForeignFileWaitsAndSaysWhoseItIs() {
        var machine = ReadinessStateMachine()
        var foreign = entry()
        foreign.isForeign = true
        let reason = WaitReason.untrusted(mode: 0o600, ownerID: 1_001)
        #expect(action(&machine, foreign, movedIn: true, at: 0) == .wait(reason, until: nil))
    }

    @Test func whatCannotBeTakenIsTriedAgainLaterOrWhenItChanges() {
        var machine = ReadinessStateMachine()
        let reason = WaitReason.cannotBeTaken("no permission")
        _ = action(&machine, entry(), movedIn: true, at: 0)
        machine.postpone(DroppedName("a"), reason, now: .seconds(1))
        #expect(action(&machine, entry(), at: 30) == .wait(reason, until: .seconds(31)))
        #expect(machine.nextDeadline == .seconds(31))
        #expect(action(&machine, entry(), at: 31) == .ready(.renamedIntoFolder))
        machine.postpone(DroppedName("a"), reason, now: .seconds(31))
        #expect(action(&machine, entry(changed: 1), at: 32) == .wait(.settling, until: .seconds(34)))
    }

    @Test func anUnreadableFileWaitsAndSaysWhichPermissionIsMissing() {
        var machine = ReadinessStateMachine()
        let secret = entry(readable: false)
        guard case .wait(let reason, until: nil) = action(&machine, secret, movedIn: true, at: 0) else {
            Issue.record("does not wait")
            return
        }
        #expect(reason.description.contains("mode 600"))
        #expect(reason.description.contains("1001"))
    }

    @Test func anotherFileOfTheSameNameStartsAfresh() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(), at: 0)
        let decision = machine.observe(entries: [entry(inode: 2)], now: .seconds(50)).first
        #expect(decision?.firstSeen == .seconds(50))
    }

    @Test func whatVanishedIsForgotten() {
        var machine = ReadinessStateMachine()
        _ = action(&machine, entry(), at: 0)
        #expect(machine.observe(entries: [], now: .seconds(1)).isEmpty)
        #expect(machine.nextDeadline == nil)
        #expect(action(&machine, entry(), at: 10) == .wait(.settling, until: .seconds(12)))
    }

    @Test func theNextDeadlineIsTheEarliest() {
        var machine = ReadinessStateMachine()
        _ = machine.observe(entries: [entry("b", inode: 2, links: 2)], now: .seconds(0))
        _ = machine.observe(entries: [entry(), entry("b", inode: 2, links: 2)], now: .seconds(5))
        #expect(machine.nextDeadline == .seconds(7))
    }
}

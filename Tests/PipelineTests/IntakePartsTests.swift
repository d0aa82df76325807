import Foundation
import Model
import Spool
import Store
import TestSupport
import Testing

@testable import Pipeline

/// The small decisions of the intake, with the time given.
struct IntakePartsTests {
    @Test(arguments: [
        (UserLimits(), UserUse(openHashes: 4_999_999, lists: 99_999), nil),
        (UserLimits(), UserUse(openHashes: 5_000_000, lists: 0), "jobs.openHashesPerUser"),
        (UserLimits(), UserUse(openHashes: 0, lists: 100_000), "jobs.perUser"),
        (UserLimits(openHashesMax: 0, listsMax: 0), UserUse(openHashes: .max, lists: .max), nil),
        (
            UserLimits(), UserUse(openHashes: 0, lists: 0, reportBytes: 20 << 30),
            "jobs.reportBytesPerUser"
        ),
        (UserLimits(reportBytesMax: 0), UserUse(openHashes: 0, lists: 0, reportBytes: .max), nil),
        (UserLimits(openHashesMax: 0, listsMax: 1), UserUse(openHashes: 9, lists: 1), "jobs.perUser"),
    ])
    func aUserHasLimits(limits: UserLimits, use: UserUse, setting: String?) {
        let reason = limits.reason(against: use)
        #expect((reason == nil) == (setting == nil))
        #expect(setting.map { reason?.contains($0) == true } ?? true)
    }

    @Test func betweenTwoLooksIsARestInProportion() {
        var pace = ScanPace()
        #expect(pace.notBefore == .zero)
        pace.looked(until: .seconds(10), lookTook: .milliseconds(1), hasWork: false)
        #expect(pace.notBefore == .milliseconds(10_005))
        pace.looked(until: .seconds(10), lookTook: .seconds(1), hasWork: false)
        #expect(pace.notBefore == .seconds(14))
        pace.looked(until: .seconds(10), lookTook: .seconds(1), hasWork: true)
        #expect(pace.notBefore == .seconds(11))
    }

    @Test func aFolderThatIsToldOfAllTheTimeWaitsForItsRest() {
        var folder = FolderState(rules: .init())
        #expect(folder.due == .zero)
        folder.pace.looked(until: .seconds(5), lookTook: .seconds(1), hasWork: false)
        folder.isDirty = true
        #expect(folder.due == .seconds(9))
    }

    @Test func theFolderThatWasNotLookedAtForLongestIsNext() {
        let names = ["alice", "bob", "carol", "dave"].map { Samples.user($0) }
        var folders = [UserName: FolderState]()
        for (name, lookedAt) in zip(names, [30, 20, 20, 10]) {
            folders[name] = FolderState(rules: .init())
            folders[name]?.lookedAt = .seconds(lookedAt)
        }
        #expect(folders.turns(at: .seconds(40)) == [names[3], names[1], names[2], names[0]])
        // One that rests has no turn.
        folders[names[3]]?.pace.looked(until: .seconds(40), lookTook: .seconds(1), hasWork: true)
        #expect(folders.turns(at: .seconds(40)) == [names[1], names[2], names[0]])
        #expect(folders.turns(at: .seconds(41)).first == names[3])
    }

    @Test func whoseFolderIsMissingReadsSoOnce() {
        var missing = MissingFolders()
        let alice = Samples.user("alice")
        let told = missing.update([alice], at: Samples.now)
        #expect(told[alice]??.reason.contains("missing") == true)
        #expect(missing.update([alice], at: Samples.now + 60).isEmpty)
        let gone = missing.update([], at: Samples.now + 120)
        #expect(gone.keys.contains(alice) && gone[alice]! == nil)
    }

    @Test func theRestIsCountedAsFarAsItIsKnown() {
        var folder = FolderState(rules: .init())
        func line(_ leftOut: Int, _ hasMore: Bool) -> String? {
            folder.rest(
                of: .init(entries: [], leftOut: leftOut, hasMore: hasMore), limit: 10, at: Samples.now)?
                .name.display
        }
        #expect(line(0, false) == nil)
        #expect(line(3, false) == "… and 3 more")
        #expect(line(3, true) == "… and 3 more or still more")
        #expect(line(0, true) == "… and more")
    }
}

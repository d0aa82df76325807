import Foundation
import Model
import Spool
import TestSupport
import Testing

@testable import Pipeline

/// The small decisions of the intake, with the time given.
struct IntakePartsTests {
    @Test func betweenTwoLooksIsARestInProportion() {
        var pace = ScanPace()
        #expect(pace.notBefore == .zero)
        pace.looked(until: .seconds(10), scanTook: .milliseconds(1), hasWork: false)
        #expect(pace.notBefore == .milliseconds(10_100))
        pace.looked(until: .seconds(10), scanTook: .seconds(1), hasWork: false)
        #expect(pace.notBefore == .seconds(14))
        pace.looked(until: .seconds(10), scanTook: .seconds(1), hasWork: true)
        #expect(pace.notBefore == .seconds(11))
    }

    @Test func aFolderThatIsToldOfAllTheTimeWaitsForItsRest() {
        var folder = FolderState(rules: .init())
        #expect(folder.due == .zero)
        folder.pace.looked(until: .seconds(5), scanTook: .seconds(1), hasWork: false)
        folder.isDirty = true
        #expect(folder.due == .seconds(9))
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

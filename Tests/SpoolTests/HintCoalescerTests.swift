import Model
import Testing

@testable import Spool

@Suite struct HintCoalescerTests {
    private let alice = UserName("alice")!

    private func hint(_ kind: WatchHint.Kind, _ name: String = "", folder: String = "alice") -> WatchHint {
        WatchHint(kind, folder: DroppedName(folder), name: DroppedName(name))
    }

    @Test func manyHintsOfAFolderAreOneLook() {
        var pending = HintCoalescer()
        for index in 0..<5_000 { pending.add(hint(.closed, "file \(index)")) }
        #expect(pending.take() == [.look(FolderHint(user: alice, tellsOfNews: true))])
        #expect(pending.isEmpty)
    }

    @Test func namesThatWereMovedInAreKept() {
        var pending = HintCoalescer()
        pending.add(hint(.movedIn, "a"))
        pending.add(hint(.changed, "b"))
        #expect(
            pending.take() == [.look(FolderHint(user: alice, movedIn: [DroppedName("a")], tellsOfNews: true))]
        )
    }

    @Test func aNameThatIsMadeAnewWasNotMovedIn() {
        var pending = HintCoalescer()
        pending.add(hint(.movedIn, "a"))
        pending.add(hint(.removed, "a"))
        pending.add(hint(.appeared, "a"))
        let replaced = FolderHint(user: alice, replaced: [DroppedName("a")], tellsOfNews: true)
        #expect(pending.take() == [.look(replaced)])
        // Also if the reader was told of the rename before, and has not looked yet.
        #expect(replaced.movedIn(after: [DroppedName("a"), DroppedName("b")]) == [DroppedName("b")])
    }

    @Test func tooManyReplacedNamesReplaceAll() {
        var pending = HintCoalescer()
        for index in 0...HintCoalescer.movedInMax { pending.add(hint(.removed, "file \(index)")) }
        pending.add(hint(.movedIn, "new"))
        guard case .look(let told) = pending.take().first else {
            Issue.record("nothing is told")
            return
        }
        #expect(told.replaced.isEmpty)
        #expect(told.movedIn(after: [DroppedName("old")]) == [DroppedName("new")])
    }

    @Test func whatTheDaemonTakesAwayIsNoNews() {
        var pending = HintCoalescer()
        pending.add(hint(.removed, "a"))
        #expect(pending.take() == [.look(FolderHint(user: alice, replaced: [DroppedName("a")]))])
    }

    @Test func tooManyMovedInNamesFallBackToTheQuietPeriod() {
        var pending = HintCoalescer()
        for index in 0...HintCoalescer.movedInMax + 5 { pending.add(hint(.movedIn, "file \(index)")) }
        #expect(pending.take() == [.look(FolderHint(user: alice, tellsOfNews: true))])
    }

    @Test func tooManyFoldersMeanLookEverywhere() {
        var pending = HintCoalescer()
        for index in 0...HintCoalescer.foldersMax { pending.add(hint(.closed, "a", folder: "u\(index)")) }
        let events = pending.take()
        #expect(events.first == .lookEverywhere)
        #expect(events.count == HintCoalescer.foldersMax + 1)
    }

    @Test func overflowMeansLookEverywhere() {
        var pending = HintCoalescer()
        pending.add(WatchHint(.overflow))
        #expect(pending.take() == [.lookEverywhere])
    }

    @Test func aNewFolderMakesTheRootWorthALook() {
        var pending = HintCoalescer()
        pending.add(hint(.folderAdded))
        pending.add(hint(.watching))
        #expect(
            pending.take() == [.look(FolderHint(user: nil)), .look(FolderHint(user: alice, watch: .armed))])
    }

    @Test func aFolderThatIsNoUsersMakesTheRootWorthALook() {
        var pending = HintCoalescer()
        pending.add(hint(.watching, folder: "Not A User"))
        #expect(pending.take() == [.look(FolderHint(user: nil))])
    }

    @Test func theWatchLimitNamesTheSysctl() {
        var pending = HintCoalescer()
        pending.add(WatchHint(.cannotWatch, folder: DroppedName("alice"), errorNumber: 28))
        guard case .look(let hint) = pending.take().first else {
            Issue.record("no look")
            return
        }
        #expect(hint.watchProblem?.contains("fs.inotify.max_user_watches") == true)
        #expect(hint.watchProblem?.contains("alice") == true)
    }

    @Test func aHelperThatKeepsDyingDoesNotFillTheMemory() {
        var pending = HintCoalescer()
        for index in 0..<100 {
            pending.add(lifeEvent: .started(processID: Int32(index)))
            pending.add(lifeEvent: .lost(.exited(status: 66, retryIn: .seconds(1))))
        }
        #expect(
            pending.take() == [.started(processID: 99), .lost(.exited(status: 66, retryIn: .seconds(1)))])
    }
}

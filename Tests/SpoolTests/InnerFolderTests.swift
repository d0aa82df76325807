import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Spool

/// Folders within a user's folder.
@Suite struct InnerFolderTests {
    private let spool: TemporarySpool
    private let id = TemporarySpool.id("f1rst")

    init() throws { spool = try TemporarySpool() }

    private func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: spool.file(path), withIntermediateDirectories: true)
    }

    @Test func filesInFoldersHaveTheirPathAsName() throws {
        try make("b/c")
        try spool.drop("x", as: "a")
        try spool.drop("x", as: "b/d")
        try spool.drop("x", as: "b/c/e")
        let names = try spool.folder().scan(spool.alice).entries.map(\.name.display)
        #expect(names == ["a", "b", "b/c", "b/d", "b/c/e"])
    }

    @Test func foldersAreLookedIntoDownToTheLimit() throws {
        try make("1/2/3")
        try spool.drop("x", as: "1/2/file")
        try spool.drop("x", as: "1/2/3/file")
        let names = try spool.folder().scan(spool.alice, foldersDeepMax: 2).entries.map(\.name.display)
        #expect(names == ["1", "1/2", "1/2/3", "1/2/file"])
    }

    @Test func aFolderWithNothingButLitterIsEmptyAndGoes() throws {
        try make("batch")
        for name in [".DS_Store", "desktop.ini", "._list.txt"] { try spool.drop("x", as: "batch/\(name)") }
        let entry = try spool.entry("batch")
        #expect(entry.size == 0)
        #expect(try spool.folder().scan(spool.alice).entries.map(\.name.display) == ["batch"])
        try spool.folder().removeEmptyFolder(entry, of: spool.alice)
        #expect(spool.names("alice") == [])
    }

    @Test func litterBesideAListKeepsNothingAway() throws {
        try make("batch")
        try spool.drop("x", as: "batch/.DS_Store")
        try spool.drop("x", as: "batch/list.txt")
        let entry = try spool.entry("batch")
        #expect(entry.size == 1)
        try spool.folder().removeEmptyFolder(entry, of: spool.alice)
        #expect(spool.names("alice/batch") == [".DS_Store", "list.txt"])
    }

    @Test func nothingInASystemFolderIsLookedAt() throws {
        for folder in ["#recycle", "$RECYCLE.BIN/S-1-5-21", "System Volume Information"] {
            try make(folder)
            try spool.drop("x", as: "\(folder)/list.txt")
        }
        let names = try spool.folder().scan(spool.alice).entries.map(\.name.display)
        #expect(names == ["#recycle", "$RECYCLE.BIN", "System Volume Information"])
    }

    @Test func aFileInAFolderIsClaimedUnderItsPath() throws {
        try make("b")
        try spool.drop("some hashes", as: "b/d")
        let outcome = try spool.store().claim(
            spool.entry("b/d"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        guard case .done(.claimed(let file)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(file.droppedName == DroppedName("b/d"))
        #expect(file.droppedName.pathComponent == "b_d")
        #expect(spool.names("alice/b") == [])
    }

    @Test func aLinkInPlaceOfAFolderIsNotFollowed() throws {
        try make("b")
        try spool.drop("x", as: "b/d")
        let entry = try spool.entry("b/d")
        let target = spool.path + "/target"
        #expect(rename(spool.file("b"), target) == 0)
        #expect(symlink(target, spool.file("b")) == 0)
        let outcome = try spool.store().claim(
            entry, of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(outcome == .vanished)
        #expect(spool.names("target") == ["d"])
        #expect(try spool.folder().scan(spool.alice).entries.map(\.kind) == [.symbolicLink])
    }

    @Test func onlyAnEmptyFolderIsRemoved() throws {
        try make("full")
        try make("empty")
        try spool.drop("x", as: "full/d")
        for name in ["full", "empty"] {
            try spool.folder().removeEmptyFolder(spool.entry(name), of: spool.alice)
        }
        #expect(spool.names() == ["full"])
    }

    @Test func anEmptyFolderIsRemovedWhenItHasBeenSoForAWhile() {
        var machine = ReadinessStateMachine()
        func action(names: Int64, at now: Double) -> ReadinessDecision.Action? {
            let entry = SpoolEntry(
                name: DroppedName("b"), kind: .folder, identity: FileIdentity(device: 1, inode: 1),
                size: names)
            return machine.observe(entries: [entry], now: .seconds(now)).first?.action
        }
        #expect(action(names: 1, at: 0) == .wait(.folder, until: .seconds(5)))
        #expect(action(names: 0, at: 10) == .wait(.emptyFolder, until: .seconds(15)))
        #expect(action(names: 0, at: 69) == .wait(.emptyFolder, until: .seconds(70)))
        #expect(action(names: 0, at: 70) == .removeFolder)
    }

    @Test func namesInManyFoldersAreReadUpToOneLimit() throws {
        for folder in ["b", "c", "d"] {
            try make(folder)
            for name in 0..<5 { try spool.drop("x", as: "\(folder)/\(name)") }
        }
        let scan = try spool.folder().scan(spool.alice, namesMax: 10)
        #expect(scan.entries.count == 10)
        #expect(scan.hasMore)
        #expect(try !spool.folder().scan(spool.alice, namesMax: 18).hasMore)
    }

    @Test func theLimitCountsWhatLiesInFolders() throws {
        try make("b")
        for name in 0..<5 { try spool.drop("x", as: "b/\(name)") }
        let scan = try spool.folder().scan(spool.alice, limit: 3)
        #expect(scan.entries.map(\.name.display) == ["b", "b/0", "b/1"])
        #expect(scan.leftOut == 3)
    }
}

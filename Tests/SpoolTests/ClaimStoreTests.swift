import Cryptography
import FileSystem
import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Spool

@Suite(.limited(.processor)) struct ClaimStoreTests {
    private let spool: TemporarySpool
    private let id = TemporarySpool.id()

    init() throws { spool = try TemporarySpool() }

    private func claimed(_ outcome: ClaimOutcome?) throws -> ClaimedFile {
        guard case .done(.claimed(let file)) = outcome else {
            throw Unexpected(outcome: "\(String(describing: outcome))")
        }
        return file
    }

    private func refused(_ outcome: ClaimOutcome?) throws -> RefusedFile {
        guard case .done(.refused(let file)) = outcome else {
            throw Unexpected(outcome: "\(String(describing: outcome))")
        }
        return file
    }

    private struct Unexpected: Error { var outcome: String }

    private func claim(_ name: String, _ store: ClaimStore) throws -> ClaimOutcome {
        try store.claim(
            spool.entry(name), of: spool.alice, as: id, evidence: .quiet(seconds: 6), at: spool.at)
    }

    @Test func aClaimedFileLeavesItsFolderAndIsCopied() throws {
        try spool.drop("some hashes", as: "a.txt")
        let file = try claimed(claim("a.txt", spool.store()))
        #expect(spool.names() == [])
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "some hashes")
        #expect(file.bytes == 11)
        #expect(file.sha256.bytes == MessageDigest.of("some hashes".utf8))
        #expect(file.droppedName == DroppedName("a.txt"))
        #expect(file.receivedAt == spool.at)
        #expect(file.evidence == "quiet for 6 s, no writer")
        #expect(spool.names(".hashdrop/work/\(id)") == ["claim.json", "input"])
    }

    // MARK: Large files

    private static let large = String(repeating: "0123456789abcdef\n", count: 40_000)

    /// A claim of a file of three chunks, which is copied a chunk at a time.
    private func copying() throws -> CopyingClaim {
        try spool.drop(Self.large, as: "a")
        guard case .copying(let claim) = try claim("a", spool.store(stepBytes: 1)) else {
            throw Unexpected(outcome: "it was claimed at once")
        }
        #expect(spool.names() == [])
        #expect(claim.bytes == 680_000 && claim.bytesCopied == 0)
        #expect(try claim.advance() == nil)
        #expect(claim.bytesCopied == 262_144)
        return claim
    }

    @Test func aLargeFileIsCopiedAStepAtATime() throws {
        let claim = try copying()
        #expect(try claim.advance() == nil)
        let file = try claimed(claim.advance())
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == Self.large)
        #expect(file.sha256.bytes == MessageDigest.of(Self.large.utf8))
        #expect(spool.names(".hashdrop/work/\(id)") == ["claim.json", "input"])
    }

    @Test func aLargeFilesClaimThatIsCutIsFinishedLater() throws {
        _ = try copying()
        let file = try claimed(spool.store().resume(id))
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == Self.large)
    }

    @Test func aLargeFileThatGoesOnChangingIsGivenBack() throws {
        let claim = try copying()
        let dropped = "\(spool.path)/.hashdrop/work/\(id)/dropped"
        var outcome: ClaimOutcome?
        var steps = 0
        while outcome == nil {
            steps += 1
            try #require(steps < 100)
            let handle = try #require(FileHandle(forWritingAtPath: dropped))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("x".utf8))
            try handle.close()
            outcome = try claim.advance()
        }
        #expect(outcome == .notYet(.settling))
        #expect(spool.names() == ["a"])
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func aNameThatIsNoTextSurvivesTheRecord() throws {
        let name: [UInt8] = [0x61, 0xFF, 0x0A, 0x22]
        try spool.drop("x", as: "text")
        #expect(withCString(Array(spool.file("").utf8) + name) { rename(spool.file("text"), $0) } == 0)
        let entry = try #require(try spool.folder().scan(spool.alice).entries.first)
        let outcome = try spool.store().claim(
            entry, of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(try claimed(outcome).droppedName.bytes == name)
        let again = try claimed(spool.store().resume(id))
        #expect(again.droppedName.bytes == name)
    }

    @Test func theWorkFolderIsPrivate() throws {
        _ = try spool.store()
        for path in [".hashdrop", ".hashdrop/work"] {
            var status = stat()
            #expect(lstat("\(spool.path)/\(path)", &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o700)
        }
    }

    @Test func aLinkInThePlaceOfTheWorkFolderIsRefused() throws {
        try FileManager.default.createSymbolicLink(
            atPath: spool.path + "/.hashdrop", withDestinationPath: "/tmp")
        #expect(throws: FileSystemError.self) { try spool.store() }
    }

    @Test func anIDInUseIsSaidAndTakesNothing() throws {
        try spool.drop("one", as: "a")
        try spool.drop("two", as: "b")
        let store = try spool.store()
        _ = try claim("a", store)
        #expect(try claim("b", store) == .idInUse)
        #expect(spool.names() == ["b"])
    }

    @Test func aFileOpenForWritingIsNotClaimed() throws {
        try spool.drop("x", as: "a")
        let number = open(spool.file("a"), O_WRONLY)
        defer { close(number) }
        #expect(try claim("a", spool.store()) == .notYet(.writerPresent))
        #expect(spool.names() == ["a"])
    }

    @Test func aFileChangedSinceTheScanIsNotClaimed() throws {
        try spool.drop("x", as: "a")
        let old = try spool.entry("a")
        try spool.drop("longer", as: "a")
        let outcome = try spool.store().claim(
            old, of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(outcome == .notYet(.settling))
        #expect(spool.names() == ["a"])
    }

    @Test func aVanishedFileLeavesNoClaim() throws {
        try spool.drop("x", as: "a")
        let entry = try spool.entry("a")
        unlink(spool.file("a"))
        let outcome = try spool.store().claim(
            entry, of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(outcome == .vanished)
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test(arguments: ["link", "pipe"])
    func whatIsNoFileIsMovedAndNeverOpened(_ kind: String) throws {
        if kind == "link" {
            symlink("/etc/passwd", spool.file(kind))
        } else {
            mkfifo(spool.file(kind), 0o644)
        }
        let reason = RefusalReason.notAFile(kind == "link" ? .symbolicLink : .pipe)
        let store = try spool.store()
        let file = try refused(
            store.claimRefused(
                spool.entry(kind), of: spool.alice, as: id, reason: reason, at: spool.at))
        #expect(file.reason == reason)
        #expect(file.inputPath == nil)
        #expect(spool.names() == [])
        #expect(try store.recover() == [.recovered(.refused(file))])
        try store.release(id)
        #expect(spool.names(".hashdrop/work") == [])
        #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
    }

    @Test func aRefusedHardLinkIsNeverCopied() throws {
        try spool.drop("somebody's", as: "a")
        link(spool.file("a"), spool.path + "/elsewhere")
        let store = try spool.store()
        let file = try refused(
            store.claimRefused(
                spool.entry("a"), of: spool.alice, as: id, reason: .hardLinked(count: 2), at: spool.at))
        #expect(file.inputPath == nil && file.sha256 == nil)
        #expect(spool.names(".hashdrop/work/\(id)") == ["claim.json", "dropped"])
        try store.release(id)
        #expect(try String(contentsOfFile: spool.path + "/elsewhere", encoding: .utf8) == "somebody's")
    }

    @Test func aHardLinkWhoseOtherNameIsGoneIsGivenBack() throws {
        try spool.drop("the last one", as: "a")
        let other = spool.path + "/elsewhere"
        link(spool.file("a"), other)
        let store = try spool.store { if $0 == .renamed { unlink(other) } }
        let outcome = try store.claimRefused(
            spool.entry("a"), of: spool.alice, as: id, reason: .hardLinked(count: 2), at: spool.at)
        #expect(outcome == .notYet(.settling))
        #expect(try String(contentsOfFile: spool.file("a"), encoding: .utf8) == "the last one")
    }

    @Test func anEmptyFileThatSomebodyHasOpenIsNotRefused() throws {
        try spool.drop("", as: "a")
        let writer = open(spool.file("a"), O_WRONLY)
        defer { close(writer) }
        let store = try spool.store()
        func refuse() throws -> ClaimOutcome {
            try store.claimRefused(
                spool.entry("a"), of: spool.alice, as: id, reason: .empty, at: spool.at)
        }
        #expect(try refuse() == .notYet(.writerPresent))
        #expect(spool.names() == ["a"])
    }

    @Test func anEmptyFileThatIsOpenedDuringTheRefusalKeepsWhatIsWrittenLate() throws {
        try spool.drop("", as: "a")
        let file = spool.file("a")
        let store = try spool.store { if $0 == .spaceReserved { _ = open(file, O_WRONLY | O_APPEND) } }
        let outcome = try store.claimRefused(
            spool.entry("a"), of: spool.alice, as: id, reason: .empty, at: spool.at)
        #expect(outcome == .notYet(.writerPresent))
        #expect(spool.names() == ["a"])
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func aHugeSparseFileIsNotCopied() throws {
        try spool.drop("", as: "huge")
        #expect(truncate(spool.file("huge"), 1 << 40) == 0)
        try TemporarySpool.waitForNoWriter(spool.file("huge"))
        #expect(try claim("huge", spool.store()) == .notYet(.settling))
        #expect(spool.names() == ["huge"])
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func anUnwritableDiskIsSaidToBeFull() {
        #expect(FileSystemError("write", ENOSPC, path: "x").isDiskFull)
        #expect(FileSystemError("write", EROFS, path: "x").isDiskFull)
        #expect(!FileSystemError("write", EACCES, path: "x").isDiskFull)
    }

    @Test func anErrorAfterTheRenameNamesTheClaimAndLosesNothing() throws {
        try spool.drop("x", as: "a")
        let path = spool.path
        let id = id
        // A folder in the place of the copy makes the copy fail.
        let store = try spool.store { step in
            guard step == .renamed else { return }
            unlink("\(path)/.hashdrop/work/\(id)/input.partial")
            mkdir("\(path)/.hashdrop/work/\(id)/input.partial", 0o700)
        }
        let error = #expect(throws: UnfinishedClaim.self) { try claim("a", store) }
        #expect(error?.id == id)
        rmdir("\(path)/.hashdrop/work/\(id)/input.partial")
        let file = try claimed(store.resume(id))
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "x")
    }

    /// Claims and releases a file, so that its folder is kept for the next claim.
    private func leaveSpare(in store: ClaimStore) throws {
        let other = TemporarySpool.id("0ther")
        try spool.drop("other", as: "other")
        _ = try store.claim(
            spool.entry("other"), of: spool.alice, as: other, evidence: .renamedIntoFolder, at: spool.at)
        try store.release(other)
        #expect(spool.names(".hashdrop/work").contains("\(other).released"))
    }

    @Test func anIDInUseTakesNothingWithAFolderThatIsKeptEither() throws {
        let store = try spool.store(sparesMax: 1)
        for text in ["one", "two"] {
            try spool.drop(text, as: text)
            try leaveSpare(in: store)
            if text == "one" {
                _ = try claim(text, store)
            } else {
                #expect(try claim(text, store) == .idInUse)
            }
        }
        #expect(spool.names() == ["two"])
        #expect(spool.names(".hashdrop/work") == [id.description])
        let file = try claimed(store.resume(id))
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "one")
        #expect(file.droppedName == DroppedName("one"))
    }

    @Test func foldersAreKeptForTheNextClaimsUntilNoneAreExpected() throws {
        let store = try spool.store(sparesMax: 1)
        try leaveSpare(in: store)
        try spool.drop("x", as: "a")
        // No new folder is made: the id of the one that was kept is.
        let kept = try #require(spool.status(of: ".hashdrop/work/\(TemporarySpool.id("0ther")).released"))
        _ = try claim("a", store)
        #expect(spool.status(of: ".hashdrop/work/\(id)")?.st_ino == kept.st_ino)
        try store.release(id)
        #expect(spool.names(".hashdrop/work") == ["\(id).released"])
        try store.removeSpares()
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func aReleasedClaimIsGone() throws {
        try spool.drop("x", as: "a")
        let store = try spool.store()
        _ = try claim("a", store)
        try store.release(id)
        #expect(spool.names(".hashdrop/work") == [])
        #expect(try store.recover() == [])
        try store.release(id)
    }

    /// Of several claims each has an outcome of its own.
    @Test func whatBecomesOfOneClaimHoldsUpNoOther() throws {
        for name in ["a", "gone", "b", "taken", "written", "c"] {
            try spool.drop("hash of \(name)", as: name)
        }
        symlink("a", spool.file("link"))
        let names = ["a", "gone", "b", "taken", "written", "link", "c"]
        var requests = try names.enumerated().map { number, name in
            ClaimRequest(
                try spool.entry(name), of: spool.alice, as: TemporarySpool.id("f1r\(number)t"),
                name == "link" ? .refuse(.notAFile(.symbolicLink)) : .claim(.renamedIntoFolder), at: spool.at)
        }
        requests[3].id = requests[0].id
        let gone = spool.file("gone")
        let written = spool.file("written")
        let store = try spool.store { reached in
            // After all were looked at: one is removed, another one written to.
            guard reached == .spaceReserved, access(gone, F_OK) == 0, access(written, F_OK) == 0 else {
                return
            }
            unlink(gone)
            try TemporarySpool.write("longer than it was, by some bytes", to: written)
        }
        let outcomes = try store.claim(requests).map { result in
            switch try result.get() {
            case .done(.claimed(let file)): try String(contentsOfFile: file.inputPath, encoding: .utf8)
            case .done(.refused(let file)): file.reason.description
            case .notYet(let reason): "\(reason)"
            case let other: "\(other)"
            }
        }
        #expect(
            outcomes == [
                "hash of a", "vanished", "hash of b", "idInUse", "\(WaitReason.settling)",
                RefusalReason.notAFile(.symbolicLink).description, "hash of c",
            ])
        #expect(spool.names() == ["taken", "written"])
        #expect(spool.names(".hashdrop/work").count == 4)
    }

    @Test func aClaimThatFailsLeavesItsFileAndHoldsUpNoOther() throws {
        for name in ["a", "b"] { try spool.drop("hash of \(name)", as: name) }
        // What the claim of a would make is there already, as a folder.
        let id = TemporarySpool.id("f1rat")
        let requests = try ["a", "b"].map { name in
            ClaimRequest(
                try spool.entry(name), of: spool.alice, as: TemporarySpool.id("f1r\(name)t"),
                .claim(.renamedIntoFolder), at: spool.at)
        }
        let work = "\(spool.path)/.hashdrop/work"
        let store = try spool.store { reached in
            if reached == .folderMade { mkdir("\(work)/\(id)/input.partial", 0o700) }
        }
        let outcomes = try store.claim(requests)
        #expect(throws: FileSystemError.self) { try outcomes[0].get() }
        guard case .done(.claimed(let file)) = try outcomes[1].get() else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "hash of b")
        #expect(spool.names() == ["a"])
    }
}

import FileSystem
import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Spool

/// A claim that is cut after any of its steps, as by `kill -9`.
@Suite(.limited(.processor)) struct ClaimCrashTests {
    private struct Killed: Error {}

    private let spool: TemporarySpool
    private let id = TemporarySpool.id("f1rst")

    init() throws { spool = try TemporarySpool() }

    private func dying(after step: ClaimStep) throws -> ClaimStore {
        try spool.store { if $0 == step { throw Killed() } }
    }

    /// What a daemon does at its start: recover, then claim what lies in the folder.
    private func startAgain() throws -> [Claim] {
        let store = try spool.store()
        var claims = try store.recover().compactMap { found -> Claim? in
            if case .recovered(let claim) = found { claim } else { nil }
        }
        for entry in try spool.folder().scan(spool.alice).entries {
            let outcome = try store.claim(
                entry, of: spool.alice, as: TemporarySpool.id("secnd"), evidence: .renamedIntoFolder,
                at: spool.at)
            if case .done(let claim) = outcome { claims.append(claim) }
        }
        return claims
    }

    @Test(arguments: ClaimStep.allCases.filter { $0 != .releaseMarked })
    func exactlyOneClaimComesOutWhereverItWasCut(_ step: ClaimStep) throws {
        try spool.drop("some hashes", as: "a")
        #expect(throws: Killed.self) {
            try dying(after: step).claim(
                spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        }
        let claims = try startAgain()
        #expect(claims.count == 1)
        guard case .claimed(let file) = claims.first else {
            Issue.record("\(claims)")
            return
        }
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "some hashes")
        #expect(spool.names() == [])
        #expect(spool.names(".hashdrop/work") == [file.id.description])
        #expect(spool.names(".hashdrop/work/\(file.id)") == ["claim.json", "input"])
    }

    @Test func whatMustGoBackGoesBackAfterACut() throws {
        try spool.drop("x", as: "a")
        let file = spool.file("a")
        let store = try spool.store { reached in
            if reached == .spaceReserved { try TemporarySpool.write("later", to: file) }
            if reached == .renamed { throw Killed() }
        }
        #expect(throws: Killed.self) {
            try store.claim(
                spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        }
        #expect(try spool.store().recover() == [])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "later")
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test(arguments: ClaimStep.allCases.filter { $0 != .releaseMarked })
    func anEmptyFileIsRefusedOnceWhereverItWasCut(_ step: ClaimStep) throws {
        try spool.drop("", as: "a")
        #expect(throws: Killed.self) {
            try dying(after: step).claimRefused(
                spool.entry("a"), of: spool.alice, as: id, reason: .empty, at: spool.at)
        }
        let recovered = try spool.store().recover()
        #expect(recovered.count + spool.names().count == 1)
    }

    @Test(arguments: [ClaimStep.folderMade, .recordWritten, .renamed])
    func aRefusedLinkComesOutOnce(_ step: ClaimStep) throws {
        symlink("/etc/passwd", spool.file("link"))
        let reason = RefusalReason.notAFile(.symbolicLink)
        #expect(throws: Killed.self) {
            try dying(after: step).claimRefused(
                spool.entry("link"), of: spool.alice, as: id, reason: reason, at: spool.at)
        }
        let store = try spool.store()
        let recovered = try store.recover()
        #expect(recovered.count + spool.names().count == 1)
    }

    @Test func aCutReleaseIsFinished() throws {
        try spool.drop("x", as: "a")
        _ = try spool.store().claim(
            spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(throws: Killed.self) { try dying(after: .releaseMarked).release(id) }
        #expect(try startAgain() == [])
        #expect(spool.names(".hashdrop/work") == [])
    }

    /// The second claim takes over the folder of the first one.
    @Test(arguments: ClaimStep.allCases.filter { $0 != .releaseMarked })
    func aClaimInAnotherOnesFolderComesOutOnceWhereverItWasCut(_ step: ClaimStep) throws {
        let armed = Mutex(false)
        let other = TemporarySpool.id("0ther")
        let store = try spool.store(sparesMax: 1) { reached in
            if reached == step, armed.withLock({ $0 }) { throw Killed() }
        }
        try spool.drop("first hashes", as: "a")
        _ = try store.claim(
            spool.entry("a"), of: spool.alice, as: other, evidence: .renamedIntoFolder, at: spool.at)
        try store.release(other)
        #expect(spool.names(".hashdrop/work") == ["\(other).released"])
        #expect(spool.names(".hashdrop/work/\(other).released") == ["claim.json"])
        armed.withLock { $0 = true }
        try spool.drop("some hashes", as: "b")
        #expect(throws: Killed.self) {
            try store.claim(
                spool.entry("b"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        }
        let claims = try startAgain()
        guard case .claimed(let file) = claims.first, claims.count == 1 else {
            Issue.record("\(claims)")
            return
        }
        #expect(file.droppedName == DroppedName("b"))
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "some hashes")
        #expect(spool.names() == [])
        #expect(spool.names(".hashdrop/work") == [file.id.description])
    }

    @Test func aRecoveredClaimComesBackUntilItIsReleased() throws {
        try spool.drop("x", as: "a")
        _ = try spool.store().claim(
            spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        let first = try spool.store().recover()
        #expect(first.count == 1)
        #expect(try spool.store().recover() == first)
    }

    @Test func aClaimOutlivesItsUsersFolder() throws {
        try spool.drop("x", as: "a")
        #expect(throws: Killed.self) {
            try dying(after: .renamed).claim(
                spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        }
        #expect(rmdir(spool.path + "/alice") == 0)
        guard case .recovered(.claimed(let file)) = try spool.store().recover().first else {
            Issue.record("not recovered")
            return
        }
        #expect(file.user == spool.alice)
    }

    @Test func oneClaimThatCannotBeFinishedDoesNotHoldUpTheOthers() throws {
        let other = TemporarySpool.id("secnd")
        for (name, id) in [("a", id), ("b", other)] {
            try spool.drop("x", as: name)
            #expect(throws: Killed.self) {
                try dying(after: .renamed).claim(
                    spool.entry(name), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
            }
        }
        // A folder in the place of the copy makes the copy fail.
        let copy = "\(spool.path)/.hashdrop/work/\(id)/input.partial"
        try FileManager.default.removeItem(atPath: copy)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        let recovered = try spool.store().recover()
        #expect(recovered.count == 2)
        guard case .unfinished(let error, spool.alice) = recovered.first, case .recovered = recovered.last
        else {
            Issue.record("\(recovered)")
            return
        }
        #expect(error.id == id)
    }

    /// Of three claims that are made together, and a step of any of them.
    @Test(
        arguments: ClaimStep.allCases.filter { $0 != .releaseMarked },
        [(1, 0), (2, 0), (3, 0), (1, 2), (2, 2), (3, 2)])
    func eachOfSeveralClaimsComesOutOnceWhereverTheyWereCut(
        _ step: ClaimStep, _ place: (claim: Int, spares: Int)
    ) throws {
        let (count, spares) = place
        let left = Mutex<Int?>(nil)
        let store = try spool.store(sparesMax: spares) { reached in
            let isTheEnd = left.withLock { left in
                if reached == step { left? -= 1 }
                return left == 0
            }
            if isTheEnd { throw Killed() }
        }
        for number in 0..<spares {
            try spool.drop("earlier", as: "earlier\(number)")
            let earlier = TemporarySpool.id("ear\(number)r")
            _ = try store.claim(
                spool.entry("earlier\(number)"), of: spool.alice, as: earlier, evidence: .renamedIntoFolder,
                at: spool.at)
            try store.release(earlier)
        }
        let names = ["a", "b", "c"]
        for name in names { try spool.drop("hashes of \(name)", as: name) }
        let requests = try names.map { name in
            ClaimRequest(
                try spool.entry(name), of: spool.alice, as: TemporarySpool.id("f1r\(name)t"),
                .claim(.renamedIntoFolder), at: spool.at)
        }
        left.withLock { $0 = count }
        #expect(throws: Killed.self) { try store.claim(requests) }

        let next = try spool.store()
        let recovered = try next.recover().map { found -> Claim? in
            if case .recovered(let claim) = found { claim } else { nil }
        }
        let again = try spool.folder().scan(spool.alice).entries.enumerated().map { number, entry in
            let outcome = try next.claim(
                entry, of: spool.alice, as: TemporarySpool.id("sec\(number)d"), evidence: .renamedIntoFolder,
                at: spool.at)
            if case .done(let claim) = outcome { return Optional(claim) }
            return nil
        }
        let texts = try (recovered + again).map { claim in
            guard case .claimed(let file)? = claim else { return "\(claim as Any)" }
            return try file.droppedName.display + ": "
                + String(contentsOfFile: file.inputPath, encoding: .utf8)
        }
        #expect(texts.sorted() == names.map { "\($0): hashes of \($0)" })
        #expect(spool.names() == [])
        #expect(spool.names(".hashdrop/work").count == 3)
    }

    /// A cut may leave any part of a record; its file is taken only afterwards.
    @Test(arguments: ["", "{\"user\":"], ["claim.json", "claim.json.partial"])
    func aHalfWrittenRecordIsNoClaim(_ text: String, _ name: String) throws {
        _ = try spool.store()
        let folder = "\(spool.path)/.hashdrop/work/\(id)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        #expect(try spool.store().recover() == [])
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func filesWithoutAUsableRecordAreKept() throws {
        _ = try spool.store()
        let folder = "\(spool.path)/.hashdrop/work/\(id)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/dropped"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/claim.json"))
        guard case .damaged(let path, _) = try spool.store().recover().first else {
            Issue.record("not reported")
            return
        }
        #expect(path == folder)
        #expect(spool.names(".hashdrop/work/\(id)") == ["claim.json", "dropped"])
    }
}

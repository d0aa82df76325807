import Foundation
import Glibc
import Spool
import Support
import TestSupport
import Testing

@testable import Doctor

/// Trials of real folders.
@Suite(.limited(.processor))
struct FolderTrialTests {
    private let disk = TemporaryFolder()
    private let trial: FolderTrial

    init() throws {
        var generator = SeededGenerator(seed: 1)
        trial = FolderTrial(using: &generator)
        for name in ["drop", "own"] { #expect(mkdir(disk.path(name), 0o700) == 0) }
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
    }

    @Test func aProbeIsMadeAndTakenAwayAndNothingStays() throws {
        let facts = trial.tryClaim(from: disk.path("drop"), to: disk.path("own"), followingLink: false)
        #expect((facts.making, facts.rename, facts.opening) == (0, 0, 0))
        #expect(facts.lease == .noWriter || facts.lease == .unknown(errorNumber: EINVAL))
        let published = trial.tryPublication(in: disk.path("own"))
        #expect((published.making, published.rename) == (0, 0))
        #expect(try names(disk.path("drop")).isEmpty)
        #expect(try names(disk.path("own")).isEmpty)
    }

    @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
    func anotherFileSystemIsSeenByTheRename() throws {
        let memory = TemporaryFolder(inMemory: true)
        let facts = trial.tryClaim(from: memory.path(""), to: disk.path("own"), followingLink: false)
        #expect(facts.rename == EXDEV)
        #expect(try names(memory.path("")).isEmpty)
        #expect(try names(disk.path("own")).isEmpty)
    }

    @Test func aFolderThatIsALinkOrMissingIsNotFollowed() throws {
        #expect(symlink(disk.path("drop"), disk.path("link")) == 0)
        let link = trial.tryClaim(from: disk.path("link"), to: disk.path("own"), followingLink: false)
        #expect(link.making == ENOTDIR || link.making == ELOOP)
        #expect(
            trial.tryClaim(from: disk.path("nowhere"), to: disk.path("own"), followingLink: false).making
                == ENOENT)
        let lost = trial.tryClaim(from: disk.path("drop"), to: disk.path("nowhere"), followingLink: false)
        #expect((lost.opening, lost.rename) == (ENOENT, nil))
        #expect(try names(disk.path("drop")).isEmpty)
    }

    @Test func theFactsOfARealFolder() throws {
        let mounts = MountTable(
            mountinfo: try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8))
        #expect(chmod(disk.path("drop"), 0o2750) == 0)
        let facts = FolderFacts(FolderFindingsTests.alice, path: disk.path("drop"), mounts: mounts)
        #expect((facts.standing, facts.ownerID) == (.folder, geteuid()))
        #expect(facts.ownership.hasSuffix(", mode 2750"))
        #expect(facts.mount != nil)
        let missing = FolderFacts(FolderFindingsTests.alice, path: disk.path("nowhere"), mounts: mounts)
        #expect(missing.standing == .missing)
        try Data().write(to: disk.url.appending(path: "file"))
        #expect(
            FolderFacts(FolderFindingsTests.alice, path: disk.path("file"), mounts: mounts).standing
                == .otherKind)
        #expect(symlink(disk.path("drop"), disk.path("link")) == 0)
        #expect(
            FolderFacts(FolderFindingsTests.alice, path: disk.path("link"), mounts: mounts).standing == .link)
        #expect(FolderFacts(.spool, path: disk.path("link"), mounts: mounts).standing == .folder)
    }
}

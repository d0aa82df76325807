import FileSystem
import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Spool

@Suite(.limited(.processor)) struct SpoolFolderTests {
    private let spool: TemporarySpool

    init() throws { spool = try TemporarySpool() }

    @Test func entriesAreWhatTheyAre() throws {
        try spool.drop("four", as: "file")
        symlink("/etc/passwd", spool.file("link"))
        mkfifo(spool.file("pipe"), 0o600)
        mkdir(spool.file("folder"), 0o755)
        link(spool.file("file"), spool.file("second"))
        let entries = try spool.folder().scan(spool.alice).entries
        #expect(entries.map(\.kind) == [.regular, .folder, .symbolicLink, .pipe, .regular])
        #expect(entries[0].size == 4)
        #expect(entries[0].linkCount == 2)
        #expect(entries[0].identity == entries[4].identity)
    }

    @Test func aUserFolderThatIsALinkIsNotFollowed() throws {
        symlink("/etc", spool.path + "/mallory")
        let folder = try spool.folder()
        let error = #expect(throws: FileSystemError.self) { try folder.scan(UserName("mallory")!) }
        #expect([ELOOP, ENOTDIR].contains(error?.errorNumber))
        #expect(try folder.users().others == [DroppedName("mallory")])
    }

    @Test func usersAndOtherNamesAreListedAndDotNamesAreOurs() throws {
        for name in ["bob", "Not A User", ".hashdrop"] { mkdir(spool.path + "/" + name, 0o755) }
        try Data().write(to: URL(fileURLWithPath: spool.path + "/stray"))
        let (users, others) = try spool.folder().users()
        #expect(users.map(\.description) == ["alice", "bob"])
        #expect(others.map(\.display) == ["Not A User", "stray"])
    }

    @Test func aFullFolderShowsOrdinaryNamesFirstAndCountsTheRest() throws {
        for index in 0..<6 { try spool.drop("x", as: "a\(index).part") }
        for index in 0..<3 { try spool.drop("x", as: "z\(index)") }
        let scan = try spool.folder().scan(spool.alice, limit: 5)
        #expect(scan.entries.map(\.name.display) == ["z0", "z1", "z2", "a0.part", "a1.part"])
        #expect(scan.leftOut == 4)
        #expect(!scan.hasMore)
    }

    @Test func aMovedAndAReplacedSpoolAreToldApart() throws {
        let moved = spool.path + "-moved"
        defer { rename(moved, spool.path) }
        _ = try spool.store()
        let folder = try spool.folder()
        #expect(folder.standing == .inPlace)
        #expect(rename(spool.path, moved) == 0)
        #expect(folder.standing == .gone)
        mkdir(spool.path, 0o755)
        #expect(folder.standing == .gone, "a bare mount point is no spool")
        mkdir(spool.path + "/.hashdrop", 0o700)
        #expect(folder.standing == .replaced)
        rmdir(spool.path + "/.hashdrop")
        rmdir(spool.path)
    }

    @Test func aMissingFolderIsAnErrorThatNamesIt() throws {
        let error = #expect(throws: FileSystemError.self) { try spool.folder().scan(UserName("nobody")!) }
        #expect(error?.errorNumber == ENOENT)
        #expect(error?.description.contains("\(spool.path)/nobody") == true)
    }

    @Test func theWriterCheckSeesAWriterAndItsEnd() throws {
        try spool.drop("x", as: "a")
        let reader = open(spool.file("a"), O_RDONLY)
        defer { close(reader) }
        #expect(WriterProbe.check(descriptor: reader) == .noWriter)
        let writer = open(spool.file("a"), O_WRONLY)
        #expect(WriterProbe.check(descriptor: reader) == .writerPresent)
        close(writer)
        try TemporarySpool.waitForNoWriter(spool.file("a"))
        #expect(WriterProbe.check(descriptor: reader) == .noWriter)
    }

    @Test func theWriterCheckSaysWhenItCannotKnow() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(WriterProbe.check(descriptor: ends[0]) == .unknown(errorNumber: EINVAL))
    }
}

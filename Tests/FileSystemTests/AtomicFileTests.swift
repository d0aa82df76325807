import FileSystem
import Foundation
import Glibc
import TestSupport
import Testing

struct AtomicFileTests {
    private let folder = TemporaryFolder()

    private func url(_ name: String) -> URL { folder.url.appending(path: name) }
    private func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }
    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() }
    }

    @Test func theNameIsTakenOnlyAtTheCommit() throws {
        try Data("old".utf8).write(to: url("a.txt"))
        let file = try AtomicFile(replacing: url("a.txt"))
        try file.append(Array(repeating: UInt8(ascii: "x"), count: 200_000))
        #expect(try text("a.txt") == "old")
        try file.commit()
        #expect(try text("a.txt").utf8.count == 200_000)
        #expect(try names == ["a.txt"])
    }

    @Test func whatIsGivenUpLeavesNothingBehind() throws {
        func giveUp() throws { try AtomicFile(replacing: url("a.txt")).append("x".utf8) }
        try giveUp()
        #expect(try names.isEmpty)
    }

    @Test func aLeftoverOfAKilledWriterIsReplacedAndNotFollowed() throws {
        try Data("mine".utf8).write(to: url("other"))
        try FileManager.default.createSymbolicLink(at: url(".a.txt.tmp"), withDestinationURL: url("other"))
        let file = try AtomicFile(replacing: url("a.txt"))
        try file.append("new".utf8)
        try file.commit()
        #expect(try text("other") == "mine")
        #expect(try text("a.txt") == "new")
    }

    @Test func theErrorNamesThePathAndTheReason() throws {
        let error = #expect(throws: FileSystemError.self) { try AtomicFile(replacing: url("gone/a.txt")) }
        #expect(error?.errorNumber == ENOENT)
        #expect(error?.description.contains(folder.path("gone")) == true)
        #expect(error?.isRetryable == false)
    }

    @Test func aFullDiskIsRetryable() {
        #expect(FileSystemError("write", ENOSPC, path: "/x").isRetryable)
    }
}

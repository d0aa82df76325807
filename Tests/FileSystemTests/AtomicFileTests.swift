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

    private func written(_ names: [String]) throws -> [AtomicFile] {
        try names.map { name in
            let file = try AtomicFile(replacing: url(name))
            try file.append(name.utf8)
            return file
        }
    }

    /// A folder in the place of one file: those before it stand, and none after it.
    @Test(arguments: 0..<4)
    func severalFilesTakeTheirNamesInTheirOrder(obstacle: Int) throws {
        let all = ["d", "a", "c", "b"]
        try FileManager.default.createDirectory(
            at: url(all[obstacle]).appending(path: "inside"), withIntermediateDirectories: true)
        var files = try written(all)
        let error = #expect(throws: FileSystemError.self) { try AtomicFile.commit(files) }
        #expect(error?.description.contains(".\(all[obstacle]).tmp") == true)
        files = []
        #expect(try names == all.prefix(obstacle + 1).sorted())
        for name in all.prefix(obstacle) { #expect(try text(name) == name) }
    }

    @Test func oneGroupThatFailsHoldsUpNoOther() throws {
        try FileManager.default.createDirectory(
            at: url("c/inside"), withIntermediateDirectories: true)
        let groups = try [["a", "b"], [], ["c", "d"], ["e"]].map(written)
        let results = AtomicFile.commit(groups: groups)
        #expect(results.map { (try? $0.get()) != nil } == [true, true, false, true])
        #expect(try names.filter { !$0.hasSuffix(".tmp") } == ["a", "b", "c", "e"])
    }

    /// More than are flushed at a time; what fails is told in its place.
    @Test func flushesAreToldInTheShapeInWhichTheyWereAsked() throws {
        let directory = try Directory.open(path: folder.path(""))
        let number = directory.number
        let groups = [[number, -1, number], [], Array(repeating: number, count: 100), [-1], [number]]
        let expected = groups.map { $0.map { $0 == number ? 0 : EBADF } }
        #expect(DiskFlush.together(groups) == expected)
        #expect(DiskFlush.together([]) == [])
        _ = consume directory
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

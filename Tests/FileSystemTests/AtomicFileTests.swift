import FileSystem
import Foundation
import TestSupport
import Testing

struct AtomicFileTests {
    private let folder = TemporaryFolder()

    private func text(_ name: String) throws -> String {
        try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path(percentEncoded: false)).sorted()
    }

    @Test func theNameIsTakenOnlyAtTheCommit() throws {
        let target = folder.url.appending(path: "a.txt")
        try Data("old".utf8).write(to: target)
        let file = try AtomicFile(replacing: target)
        try file.append(Array(repeating: UInt8(ascii: "x"), count: 200_000))
        #expect(try text("a.txt") == "old")
        try file.commit()
        #expect(try text("a.txt").utf8.count == 200_000)
        #expect(try names() == ["a.txt"])
    }

    @Test func whatIsNotCommittedLeavesNothingBehind() throws {
        do {
            let file = try AtomicFile(replacing: folder.url.appending(path: "a.txt"))
            try file.append("half".utf8)
        }
        #expect(try names().isEmpty)
    }

    @Test func aLeftoverOfAKilledWriterIsReplacedAndNotFollowed() throws {
        let other = folder.url.appending(path: "other")
        try Data("mine".utf8).write(to: other)
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: ".a.txt.tmp"), withDestinationURL: other)
        let file = try AtomicFile(replacing: folder.url.appending(path: "a.txt"))
        try file.append("new".utf8)
        try file.commit()
        #expect(try text("other") == "mine")
        #expect(try text("a.txt") == "new")
    }

    @Test func theErrorNamesStepPathAndCode() throws {
        let missing = folder.url.appending(path: "gone/a.txt")
        let error = #expect(throws: AtomicFileError.self) { try AtomicFile(replacing: missing) }
        #expect(error?.step == .create)
        #expect(error?.code == ENOENT)
        #expect(error?.description.contains(missing.path()) == true)
        #expect(error?.isRetryable == false)
    }

    @Test func aFullDiskIsRetryable() {
        #expect(AtomicFileError(step: .write, path: "/x", code: ENOSPC).isRetryable)
    }
}

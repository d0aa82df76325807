import FileSystem
import Foundation
import Model
import Testing

struct AtomicFileTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    @Test func theNameIsTakenOnlyAtTheCommit() throws {
        let target = samples.folder.appending(path: "a.txt")
        try Data("old".utf8).write(to: target)
        let file = try AtomicFile(replacing: target)
        try file.append(Array(repeating: UInt8(ascii: "x"), count: 200_000))
        #expect(try samples.text("a.txt") == "old")
        try file.commit()
        #expect(try samples.text("a.txt").utf8.count == 200_000)
        #expect(try samples.names == ["a.txt"])
    }

    @Test func whatIsGivenUpLeavesNothingBehind() throws {
        struct Stop: Error {}
        let samples = samples
        #expect(throws: Stop.self) {
            try Samples.writer().writeTables(Samples.input(.done, rows: []), in: samples.folder) { visit in
                try visit(Samples.row(.unknown))
                throw Stop()
            }
        }
        #expect(try samples.names.isEmpty)
    }

    @Test func aLeftoverOfAKilledWriterIsReplacedAndNotFollowed() throws {
        let other = samples.folder.appending(path: "other")
        try Data("mine".utf8).write(to: other)
        try FileManager.default.createSymbolicLink(
            at: samples.folder.appending(path: ".a.txt.tmp"), withDestinationURL: other)
        let file = try AtomicFile(replacing: samples.folder.appending(path: "a.txt"))
        try file.append("new".utf8)
        try file.commit()
        #expect(try samples.text("other") == "mine")
        #expect(try samples.text("a.txt") == "new")
    }

    @Test func theErrorNamesStepPathAndCode() throws {
        let missing = samples.folder.appending(path: "gone/a.txt")
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

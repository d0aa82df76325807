import FileSystem
import Foundation
import Glibc
import Model
import TestSupport
import Testing

@testable import Spool

@Suite(.limited(.processor)) struct DropFileTests {
    private let spool: TemporarySpool
    private let source: String

    init() throws {
        spool = try TemporarySpool()
        source = spool.path + "/source"
        try Data("hashes".utf8).write(to: URL(fileURLWithPath: source))
    }

    private func drop(_ name: String, bytesMax: Int64 = 64 << 20) throws {
        let number = open(source, O_RDONLY)
        defer { close(number) }
        var generator = SystemRandomNumberGenerator()
        try DropFile.drop(
            contentsOf: number, as: DroppedName(name), into: spool.path + "/alice", bytesMax: bytesMax,
            using: &generator)
    }

    @Test func theFileArrivesWholeAndReadable() throws {
        try drop("list.txt")
        #expect(spool.names() == ["list.txt"])
        #expect(try String(contentsOfFile: spool.file("list.txt"), encoding: .utf8) == "hashes")
        #expect(try spool.entry("list.txt").mode == 0o644)
    }

    @Test func inASharedGroupFolderOnlyTheGroupMayRead() throws {
        #expect(chmod(spool.path + "/alice", 0o2770) == 0)
        try drop("list.txt")
        #expect(try spool.entry("list.txt").mode == 0o640)
    }

    @Test func aFileThatIsThereIsNotReplaced() throws {
        try spool.drop("first", as: "list.txt")
        let error = #expect(throws: FileSystemError.self) { try drop("list.txt") }
        #expect(error?.errorNumber == EEXIST)
        #expect(spool.names() == ["list.txt"])
        #expect(try String(contentsOfFile: spool.file("list.txt"), encoding: .utf8) == "first")
    }

    @Test func aTooLargeFileIsSaidAndLeavesNothing() throws {
        let error = #expect(throws: FileSystemError.self) { try drop("list.txt", bytesMax: 5) }
        #expect(error?.errorNumber == EFBIG)
        #expect(spool.names() == [])
    }

    @Test(arguments: ["", "../b", "a\0b"])
    func aNameThatIsNoFileNameIsSaid(_ name: String) throws {
        let error = #expect(throws: FileSystemError.self) { try drop(name) }
        #expect(error?.errorNumber == EINVAL)
    }

    /// Each of its temporary names, whatever is drawn, and no name of a list.
    @Test func itsTemporaryNamesAreTold() throws {
        let lists = ["a.txt", ".a.part", "a.hashdrop.part", String(repeating: "n", count: 255)]
        var generator = SystemRandomNumberGenerator()
        for list in lists {
            #expect(!DropFile.isTemporary(DroppedName(list)))
            let temporary = DropFile.temporaryName(for: DroppedName(list), using: &generator)
            #expect(DropFile.isTemporary(DroppedName(bytes: temporary)) && temporary.count <= 255)
            guard case .unfinished = NameRule(temporary) else {
                Issue.record("\(list) would be taken half written")
                return
            }
        }
    }

    @Test func aNameOfTheGreatestLengthFits() throws {
        try drop(String(repeating: "n", count: 255))
        #expect(spool.names().first?.count == 255)
    }
}

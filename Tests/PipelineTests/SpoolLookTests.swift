import Foundation
import Glibc
import Model
import Spool
import TestSupport
import Testing

@testable import Pipeline

/// What waits in the drop folders, by a look without a daemon.
@Suite(.limited(.processor))
struct SpoolLookTests {
    private let folder = TemporaryFolder()

    private func make(_ files: String...) throws {
        for file in files {
            let url = folder.url.appending(path: file)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: url)
        }
    }

    private func look(_ users: String...) throws -> [SpoolLook.Folder] {
        try SpoolLook(of: SpoolFolder(path: folder.path("")), users: users.map(Samples.user)).folders
    }

    @Test func filesOfUsersAreCountedAndTheFirstNamed() throws {
        try make("alice/b.txt", "alice/inner/a.txt", "alice/Thumbs.db", "alice/c.txt.part")
        try make("alice/.d.txt.1z141z3.hashdrop.part")
        try make("bob/.DS_Store")
        mkdir(folder.path("bob/empty"), 0o700)
        let folders = try look("alice", "bob")
        #expect(folders.map(\.user) == ["alice", "bob"])
        #expect(folders.map(\.waitingFiles) == [3, 0])
        #expect(Set(folders[0].files) == ["b.txt", "inner/a.txt", "c.txt.part"])
        #expect(folders.allSatisfy { $0.problem == nil })
        // Nothing is changed by a look.
        #expect(FileManager.default.fileExists(atPath: folder.path("alice/Thumbs.db")))
    }

    @Test func ofManyFilesSomeAreNamed() throws {
        for number in 0..<12 { try make("alice/\(number).txt") }
        let alice = try #require(try look("alice").first)
        #expect((alice.waitingFiles, alice.files.count) == (12, 5))
    }

    @Test func whatIsNotPickedUpIsSaid() throws {
        try make("mallory/a.txt", "stray.txt", "alice/a.txt")
        let folders = try look("alice", "carol")
        #expect(folders.filter { $0.problem == nil }.map(\.user) == ["alice"])
        let problems = folders.filter { $0.problem != nil }
        #expect(Set(problems.map(\.user)) == ["mallory", "stray.txt", "carol"])
    }
}

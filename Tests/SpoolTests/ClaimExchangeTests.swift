import Foundation
import Glibc
import Model
import Synchronization
import TestSupport
import Testing

@testable import Spool

/// The owner exchanges the file between the inspection and the rename.
@Suite(.limited(.processor)) struct ClaimExchangeTests {
    private let spool: TemporarySpool
    private let id = TemporarySpool.id()

    init() throws {
        spool = try TemporarySpool()
        try spool.drop("first", as: "a")
    }

    private func claim(
        exchanging: @escaping @Sendable (String) throws -> Void
    ) throws -> ClaimOutcome {
        let file = spool.file("a")
        let store = try spool.store { if $0 == .spaceReserved { try exchanging(file) } }
        return try store.claim(
            spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
    }

    private func text(_ name: String = "a") throws -> String {
        try String(contentsOfFile: spool.file(name), encoding: .utf8)
    }

    @Test func anotherFileIsGivenBack() throws {
        let outcome = try claim { file in
            unlink(file)
            try TemporarySpool.write("second", to: file)
        }
        #expect(outcome == .notYet(.settling))
        #expect(try text() == "second")
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func aFileThatIsRewrittenIsGivenBack() throws {
        let outcome = try claim { file in try TemporarySpool.write("later", to: file) }
        #expect(outcome == .notYet(.settling))
        #expect(try text() == "later")
    }

    @Test func aFileThatIsOpenedAgainIsGivenBackAndKeepsWhatIsWritten() throws {
        let writer = Mutex<Int32>(-1)
        let outcome = try claim { file in writer.withLock { $0 = open(file, O_WRONLY | O_APPEND) } }
        #expect(outcome == .notYet(.writerPresent))
        let number = writer.withLock(\.self)
        #expect(write(number, " and more", 9) == 9)
        close(number)
        #expect(try text() == "first and more")
    }

    @Test func whatIsGivenBackReplacesNothing() throws {
        let file = spool.file("a")
        let store = try spool.store { step in
            if step == .spaceReserved { try TemporarySpool.write("later", to: file) }
            if step == .renamed { try TemporarySpool.write("another", to: file) }
        }
        let outcome = try store.claim(
            spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
        #expect(outcome == .notYet(.settling))
        #expect(spool.names() == ["a", "returned-\(id)"])
        #expect(try text() == "another")
        #expect(try text("returned-\(id)") == "later")
    }

    @Test func aLinkIsGivenBackAndNotFollowed() throws {
        let outcome = try claim { file in
            unlink(file)
            symlink("/etc/passwd", file)
        }
        #expect(outcome == .notYet(.settling))
        #expect(try spool.entry("a").kind == .symbolicLink)
    }

    @Test func aPipeIsGivenBackAndDoesNotBlock() throws {
        let outcome = try claim { file in
            unlink(file)
            mkfifo(file, 0o644)
        }
        #expect(outcome == .notYet(.settling))
        #expect(try spool.entry("a").kind == .pipe)
    }

    @Test func aHardLinkToSomethingElseIsGivenBack() throws {
        let other = spool.path + "/secret"
        try TemporarySpool.write("secret", to: other)
        let outcome = try claim { file in
            unlink(file)
            link(other, file)
        }
        #expect(outcome == .notYet(.settling))
        #expect(spool.names(".hashdrop/work") == [])
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "secret")
    }

    @Test func aSecondNameOfTheSameFileIsNoticed() throws {
        let other = spool.path + "/other"
        let outcome = try claim { file in link(file, other) }
        #expect(outcome == .notYet(.settling))
        #expect(try spool.entry("a").linkCount == 2)
    }

    @Test func aFolderIsGivenBack() throws {
        let outcome = try claim { file in
            unlink(file)
            mkdir(file, 0o755)
            mkdir(file + "/inside", 0o755)
        }
        #expect(outcome == .notYet(.folder))
        #expect(spool.names("alice/a") == ["inside"])
        #expect(spool.names(".hashdrop/work") == [])
    }

    @Test func anotherFileThatSomebodyWritesToIsGivenBack() throws {
        let outcome = try claim { file in
            unlink(file)
            // Stays open until the test process ends.
            let number = creat(file, 0o644)
            _ = write(number, "half", 4)
        }
        #expect(outcome == .notYet(.settling))
        #expect(spool.names() == ["a"])
        #expect(spool.names(".hashdrop/work") == [])
    }
}

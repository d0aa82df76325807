import Foundation
import Glibc
import Model
import Testing

@testable import Spool

/// The owner exchanges the file between the inspection and the rename.
@Suite struct ClaimExchangeTests {
    private let spool: TemporarySpool
    private let id = TemporarySpool.id()

    init() throws {
        spool = try TemporarySpool()
        try spool.drop("first", as: "a")
    }

    private func claim(
        rules: ReadinessStateMachine.Rules = .init(), exchanging: @escaping @Sendable (String) throws -> Void
    ) throws -> ClaimOutcome {
        let file = spool.file("a")
        let store = try spool.store(rules) { if $0 == .spaceReserved { try exchanging(file) } }
        return try store.claim(
            spool.entry("a"), of: spool.alice, as: id, evidence: .renamedIntoFolder, at: spool.at)
    }

    private func reason(_ outcome: ClaimOutcome) -> RefusalReason? {
        if case .done(.refused(let file)) = outcome { file.reason } else { nil }
    }

    @Test func anotherCompleteFileIsTakenInstead() throws {
        let outcome = try claim { file in
            unlink(file)
            try TemporarySpool.write("second", to: file)
        }
        guard case .done(.claimed(let file)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try String(contentsOfFile: file.inputPath, encoding: .utf8) == "second")
    }

    @Test func aLinkIsRefusedAndNotFollowed() throws {
        let outcome = try claim { file in
            unlink(file)
            symlink("/etc/passwd", file)
        }
        #expect(reason(outcome) == .notAFile(.symbolicLink))
    }

    @Test func aPipeIsRefusedAndDoesNotBlock() throws {
        let outcome = try claim { file in
            unlink(file)
            mkfifo(file, 0o644)
        }
        #expect(reason(outcome) == .notAFile(.pipe))
    }

    @Test func aHardLinkToSomethingElseIsRefused() throws {
        let other = spool.path + "/secret"
        try TemporarySpool.write("secret", to: other)
        let outcome = try claim { file in
            unlink(file)
            link(other, file)
        }
        #expect(reason(outcome) == .hardLinked(count: 2))
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "secret")
    }

    @Test func aGrownFileIsMeasuredAgain() throws {
        var rules = ReadinessStateMachine.Rules()
        rules.sizeBytesMax = 10
        let outcome = try claim(rules: rules) { file in
            try TemporarySpool.write("eleven bytes", to: file)
        }
        #expect(reason(outcome) == .tooLarge(bytes: 12, limit: 10))
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

    @Test func aFileThatSomebodyWritesToIsGivenBack() throws {
        let outcome = try claim { file in
            unlink(file)
            // Stays open until the test process ends.
            let number = creat(file, 0o644)
            _ = write(number, "half", 4)
        }
        #expect(outcome == .notYet(.writerPresent))
        #expect(spool.names() == ["a"])
        #expect(spool.names(".hashdrop/work") == [])
    }
}

import Foundation
import GRDB
import Glibc
import Store
import Support
import TestSupport
import Testing

@testable import Doctor

/// With real files: none of them is changed by the look.
@Suite(.limited(.processor))
struct DatabaseFindingsTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("hashdrop.sqlite") }
    private static let endpoint = "https://www.virustotal.com"

    private func findings(
        isServed: Bool = false, account: Account = FolderFindingsTests.daemon
    ) throws -> [Finding] {
        let before = try? Data(contentsOf: URL(filePath: path))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
        let look = Result { () throws(StoreError) in try HashdropDatabase.look(at: path) }
        let findings = DatabaseFindings(path: path, look: look, endpoint: Self.endpoint)
            .findings(account, isServed: isServed)
        let after = try? Data(contentsOf: URL(filePath: path))
        #expect(after == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() == names)
        return findings
    }

    /// A database that is closed.
    private func make(_ fill: (HashdropDatabase) throws -> Void = { _ in }) throws {
        try fill(try HashdropDatabase(path: path, endpoint: Self.endpoint))
    }

    private func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func aDatabaseThatCannotBeWrittenIsSaid() throws {
        try make()
        let look = Result { () throws(StoreError) in try HashdropDatabase.look(at: path) }
        let findings = DatabaseFindings(path: path, look: look, writing: EACCES, endpoint: Self.endpoint)
            .findings(FolderFindingsTests.daemon, isServed: false)
        #expect(findings.map(\.state) == [.failed])
        #expect(findings[0].message.contains("cannot be written"))
        #expect(findings[0].advice?.hasPrefix("sudo chown hashdrop: ") == true)
    }

    @Test func onAReadOnlyFileSystemNoOwnerIsChanged() throws {
        try make()
        let look = Result { () throws(StoreError) in try HashdropDatabase.look(at: path) }
        let finding = try #require(
            DatabaseFindings(path: path, look: look, writing: EROFS, endpoint: Self.endpoint)
                .findings(FolderFindingsTests.daemon, isServed: false).first)
        #expect((finding.state, finding.advice?.contains("see file-system")) == (.failed, true))
    }

    @Test func aDatabaseWithoutUsersBesideTheirFoldersIsSaid() throws {
        func finding(_ folders: [String], users: [String] = [], bytes: Int64 = 1) -> Finding {
            DatabaseFindings(
                path: "/d",
                look: .success(
                    DatabaseFacts(isCurrent: bytes > 0, bytes: bytes, users: users.map(Samples.user))),
                endpoint: "", userFolders: folders.map(Samples.user)
            ).findings(FolderFindingsTests.daemon, isServed: false)[0]
        }
        #expect(finding(["alice"]).state == .failed)
        // A kill came before its first table, or another file came in its place.
        #expect(finding(["alice"], bytes: 0).state == .failed)
        #expect(finding(["a", "b", "c", "d", "e"]).message.contains("(a, b, c, d, e)"))
        #expect(finding(["a", "b", "c", "d", "e", "f", "g"]).message.contains("c, d, e and 2 more"))
        #expect(finding(["alice"]).advice?.contains("quota starts at 0") == true)
        #expect(finding([]).state == .ok)
        #expect(finding(["alice", "bob"], users: ["alice"]).state == .ok)
    }

    @Test func aWholeDatabaseIsWell() throws {
        try make { try $0.users.add(User(name: Samples.user("alice"), createdAt: Samples.now)) }
        let findings = try findings()
        #expect(findings.map(\.state) == [.ok, .ok])
        #expect(findings[0].message == "whole")
        #expect(try HashdropDatabase.look(at: path).users == [Samples.user("alice")])
        #expect(try HashdropDatabase.look(at: path).endpoint == Self.endpoint)
    }

    /// As by an account that may read it alone: no log is left beside it, which the daemon could not write.
    @Test(arguments: ["", " 100% #1?x=y"])
    func aLookWithoutTheRightToWriteLeavesNothing(_ suffix: String) throws {
        let odd = path + suffix
        do {
            let database = try HashdropDatabase(path: odd, endpoint: Self.endpoint)
            try database.users.add(User(name: Samples.user("alice"), createdAt: Samples.now))
            try database.emptyLog()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
        #expect(names == ["hashdrop.sqlite" + suffix])
        #expect(chmod(odd, 0o400) == 0)
        #expect(try HashdropDatabase.look(at: odd, isWritable: false).users == [Samples.user("alice")])
        #expect(try HashdropDatabase.look(at: odd).users == [Samples.user("alice")])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() == names)
    }

    @Test func itIsLookedAtBesideItsDaemon() throws {
        let database = try HashdropDatabase(path: path, endpoint: Self.endpoint)
        let memory = ClockMemory(wall: Samples.now, monotonic: .seconds(1), bootID: "a")
        try database.ledger.remember(memory)
        let facts = try HashdropDatabase.look(at: path)
        #expect(facts.isCurrent)
        #expect(facts.clockMemory == memory)
        try database.ledger.remember(memory)
    }

    /// A kill came before its first table.
    @Test func anEmptyOneIsWell() throws {
        try Data().write(to: URL(filePath: path))
        let findings = try findings()
        #expect(findings.map(\.state) == [.ok, .ok])
        #expect(findings[0].message.hasPrefix("empty"))
    }

    @Test func aMissingOneIsSaid() throws {
        let finding = try #require(try findings().first)
        #expect(finding.state == .failed)
        #expect(finding.advice?.contains("hashdrop serve") == true)
    }

    @Test func aTextFileInItsPlaceFails() throws {
        try Data(String(repeating: "no database\n", count: 1_000).utf8).write(to: URL(filePath: path))
        let finding = try #require(try findings().first)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("is damaged or not hashdrop's"), "\(finding.message)")
        #expect(finding.advice?.hasPrefix("Stop hashdrop, move it away") == true)
    }

    @Test func anotherProgramsDatabaseFails() throws {
        try execute("CREATE TABLE other (id INTEGER)")
        let finding = try #require(try findings().first)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("hashdrop's mark"))
    }

    @Test func aNewerOneFails() throws {
        try make()
        try execute("PRAGMA user_version = 999")
        let finding = try #require(try findings().first)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("newer hashdrop"))
    }

    @Test func anOlderOneIsNotBroughtUpToDate() throws {
        try make()
        try execute("PRAGMA user_version = 1; DROP TABLE clockMemory")
        #expect(try findings()[0].message.contains("the next start brings it up to date"))
        let served = try findings(isServed: true)[0]
        #expect((served.state, served.advice) == (.warning, "Start the daemon again"))
    }

    @Test func aDamagedOneFails() throws {
        try make { database in
            for number in 0..<500 {
                try database.users.add(
                    User(name: Samples.user("user\(number)"), createdAt: Samples.now))
            }
        }
        let file = try FileHandle(forUpdating: URL(filePath: path))
        let length = try file.seekToEnd()
        // All but the page that says what it is, and the schema.
        try file.seek(toOffset: length / 2)
        try file.write(contentsOf: Data(repeating: 0x5A, count: Int(length - length / 2)))
        try file.close()
        let finding = try #require(try findings().first)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("is damaged"), "\(finding.message)")
    }

    @Test func anotherEndpointsFails() throws {
        let database = try HashdropDatabase(path: path, endpoint: "http://127.0.0.1:8099")
        _ = try database.ledger.begin(Samples.hash(1), at: Samples.now)
        let finding = try #require(
            DatabaseFindings(
                path: path, look: .success(try HashdropDatabase.look(at: path)), endpoint: Self.endpoint
            ).findings(FolderFindingsTests.daemon, isServed: false).first)
        #expect(finding.state == .failed)
        #expect(finding.message.contains("filled from http://127.0.0.1:8099"))
    }

    @Test func anAccountThatMayNotOpenItIsTold() {
        let refused = DatabaseFindings(
            path: path, look: .failure(StoreError(.cannotOpen, "It cannot be opened.")), endpoint: "")
        #expect(refused.findings(FolderFindingsTests.stranger, isServed: true).map(\.state) == [.warning])
        #expect(refused.findings(FolderFindingsTests.daemon, isServed: true).map(\.state) == [.failed])
    }

    @Test func manyFreePagesAreSaid() {
        func finding(_ bytes: Int64, _ free: Int64) -> Finding {
            DatabaseFindings(
                path: "/d", look: .success(DatabaseFacts(bytes: bytes, freeBytes: free)), endpoint: ""
            ).findings(FolderFindingsTests.daemon, isServed: false)[1]
        }
        #expect(finding(3 << 30, 1 << 30).state == .ok)
        #expect(finding(1 << 20, 1 << 20).state == .ok)
        #expect(finding(2 << 30, 1 << 30).advice?.contains("sqlite3 /d VACUUM") == true)
    }
}

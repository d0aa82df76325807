import Foundation
import TestSupport
import Testing

/// `hashdrop user import` that is ended before its end, or has too many users.
@Suite(.limited(.daemon))
struct UserImportEndTests {
    private func folders(_ place: DaemonFixture) throws -> [String] {
        try ["spool", "reports"].flatMap { root in
            try FileManager.default.contentsOfDirectory(atPath: place.folder.path(root))
                .filter { !$0.hasPrefix(".") }.sorted().map { "\(root)/\($0)" }
        }
    }

    private func users(_ place: DaemonFixture) async throws -> Int {
        try await place.hashdrop("user", "list").output.split(separator: "\n").count
    }

    private func provide(_ names: [String], at place: DaemonFixture) throws {
        try Data(names.joined(separator: "\n").utf8).write(to: place.folder.url.appending(path: "users.txt"))
    }

    /// What a killed import leaves is taken up by the same command, which says so.
    @Test func whatAKilledImportHasLeftIsTakenUpAndSaid() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "zoe")
        _ = try await place.shell("mkdir spool/nora reports/nora spool/otto")
        try provide(["nora", "otto", "pia", "zoe"], at: place)
        let words = "2 new users have folders already, of an interrupted import or a former user"
        let dry = try await place.hashdrop("user", "import", "users.txt", "--dry-run")
        #expect(dry.output.contains(words), "\(dry.output)\(dry.errors)")
        let ended = try await place.hashdrop("user", "import", "users.txt")
        #expect(ended.exitCode == 0 && ended.output.contains(words), "\(ended.output)\(ended.errors)")
        #expect(try await users(place) == 4)
        #expect(try folders(place).count == 8)
    }

    /// Whenever it comes: before the users are there, or after.
    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalLeavesAllOfThemOrNone(_ signal: Int32) async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "zoe")
        let count = 20_000
        try provide((0..<count).map { "user\($0)" }, at: place)
        let log = TemporaryFolder()
        let process = try Program.start(
            place.program, ["user", "import", "users.txt"], environment: place.environment, in: place.folder,
            log: log)
        try await eventually("its first folder is there") { try folders(place).count > 2 }
        process.send(signal)
        let exitCode = try await process.end()
        let isDone = try await users(place) > 1
        #expect(isDone || exitCode == 75)
        #expect(try isDone || Program.text(log, "errors").contains("interrupted, and nothing was changed"))
        #expect(try folders(place).count == (isDone ? 2 * (count + 1) : 2))
        #expect(try await users(place) == (isDone ? count + 1 : 1))
    }

    @Test func moreThanASpoolHoldsAreRefusedBeforeAnythingElseIsSaid() async throws {
        let place = DaemonFixture()
        _ = try await place.hashdrop("user", "add", "zoe")
        _ = try await place.shell("mkdir spool/yves")
        try provide((0..<99_999).map { "user\($0)" } + ["No Name"], at: place)
        let ended = try await place.hashdrop("user", "import", "users.txt")
        #expect(ended.exitCode == 65)
        for words in ["its 99,999 users", "100,001 users' folders", "holds 100,000", "nothing was changed"] {
            #expect(ended.errors.contains(words), "\(ended.errors)")
        }
        #expect(!ended.errors.contains("No Name"))
        #expect(try folders(place) == ["spool/yves", "spool/zoe", "reports/zoe"])
    }

    /// On a terminal, which util-linux's `script` makes.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script")))
    func theWorkWithPasswordsShowsHowFarItIs() async throws {
        let place = DaemonFixture()
        let lines = (1...3).map { "user\($0),correct horse battery \($0)\n" }.joined()
        let file = place.folder.path("users.csv")
        try Data(("name,password\n" + lines).utf8).write(to: URL(filePath: file))
        chmod(file, 0o600)
        let ended = try await Program.run(
            "/usr/bin/script", ["-qec", "'\(place.program)' user import users.csv", "/dev/null"],
            environment: place.environment, in: place.folder)
        #expect(ended.exitCode == 0, "\(ended.output)")
        for count in ["0 of 3", "1 of 3", "3 of 3"] {
            #expect(ended.output.contains("Passwords hashed: \(count)"), "\(count): \(ended.output)")
        }
        // A log of so short work stays without it.
        try Data(("name,password\n" + lines.replacing("user", with: "more")).utf8)
            .write(to: URL(filePath: file))
        let quiet = try await place.hashdrop("user", "import", "users.csv")
        #expect((quiet.exitCode, quiet.errors) == (0, ""))
    }
}

import ArgumentParser
import Foundation

/// `hashdrop-crash`: kills the daemon and its helper, or cuts the power of their disk, at random moments
/// while several users drop lists, and then counts what became of each list. Everything runs in a folder of
/// its own and against the simulator.
@main
struct CrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hashdrop-crash",
        abstract:
            "Kill the daemon and its helper again and again under constant drops; lose and double nothing.",
        discussion: "Exits 0 if every list came out right, 1 if not; then the folder is kept and named.")

    @Option(help: "So many kills, or power cuts.") var kills = 1000
    @Flag(
        help: ArgumentHelp(
            "Cut the power of the disk instead of killing.",
            discussion: "Spool, database and reports are then on an ext4 file system of their own, in a "
                + "file: needs root and loop devices."))
    var powerCuts = false
    @Option(help: "Decides who is killed when, and what is dropped how.") var seed: UInt64 = 1
    @Option(help: "So many users drop at the same time.") var users = 4
    @Option(help: "Where hashdrop and hashdrop-watch are; without it beside this program.")
    var programs: String?

    func validate() throws {
        guard kills >= 0 else { throw ValidationError("--kills must not be negative.") }
        guard (1...20).contains(users) else { throw ValidationError("--users must be 1 to 20.") }
    }

    func run() async throws {
        let trial = try CrashTrial(
            powerCuts ? .powerCut : .kill, kills: kills, seed: seed, userCount: users,
            programs: programs.map { URL(filePath: $0, directoryHint: .isDirectory) } ?? Self.ownFolder)
        let findings = try await trial.run()
        print(findings.table)
        if findings.isClean {
            try FileManager.default.removeItem(at: trial.folder)
        } else {
            print("The folder is kept: \(trial.folder.path(percentEncoded: false))")
            throw ExitCode(1)
        }
    }

    private static var ownFolder: URL {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: program ?? CommandLine.arguments[0]).deletingLastPathComponent()
    }
}

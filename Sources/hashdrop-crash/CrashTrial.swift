import Foundation
import Simulator
import Support

/// One trial: users who drop all the time, and a killer beside them.
struct CrashTrial {
    /// Where the spool, the reports and the daemon's log are.
    let folder: URL
    private let kills: Int
    private let userNames: [String]
    private let seed: UInt64
    private let programs: URL

    /// Makes the folder. Throws the system's error if it cannot.
    init(kills: Int, seed: UInt64, userCount: Int, programs: URL) throws {
        self.kills = kills
        self.seed = seed
        self.programs = programs
        userNames = (1...userCount).map { "user\($0)" }
        folder = FileManager.default.temporaryDirectory
            .appending(path: "hashdrop-crash-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Runs the trial and counts; throws what the system or the programs do not let it do.
    func run() async throws -> Findings {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        // Slow enough that a kill often finds requests in flight.
        options.latency = .milliseconds(5)
        options.journalEntriesMax = 10_000_000
        let simulator = try await SimulatedVirusTotal.start(options)
        let daemon = DaemonUnderTest(folder: folder, programs: programs, endpoint: simulator.baseURL)
        for name in userNames { try await daemon.hashdrop("user", "add", name) }
        let began = ContinuousClock.now
        var findings: Findings
        do {
            let (lists, counts) = try await disturb(daemon)
            let examiner = Examiner(folder: folder, lists: lists)
            try await finish(daemon, examiner, lists.count)
            findings = try examiner.examine(counts)
        } catch {
            await daemon.stop()
            try await simulator.stop()
            throw error
        }
        findings.requests = simulator.journal.lookups.count
        findings.seconds = Double((ContinuousClock.now - began).components.seconds)
        findings.seed = seed
        try await simulator.stop()
        return findings
    }

    /// Drops and kills, until all kills are done.
    private func disturb(_ daemon: DaemonUnderTest) async throws -> ([DroppedList], KillCounts) {
        try await withThrowingTaskGroup(of: [DroppedList].self) { group in
            for (number, name) in userNames.enumerated() {
                let dropper = Dropper(
                    user: name, number: number, spool: folder.appending(path: "spool"),
                    outside: folder.appending(path: "outside"), seed: seed &+ UInt64(number) &* 1000)
                group.addTask { try await dropper.dropUntilCancelled() }
            }
            let counts = try await kill(daemon)
            group.cancelAll()
            var lists: [DroppedList] = []
            for try await dropped in group { lists += dropped }
            return (lists, counts)
        }
    }

    private func kill(_ daemon: DaemonUnderTest) async throws -> KillCounts {
        var generator = SeededGenerator(seed: seed)
        var counts = KillCounts()
        for round in 1...max(1, kills) where round <= kills {
            if !daemon.isRunning { try daemon.start() }
            // Often short, so that starts and recoveries are cut too; sometimes long enough to finish jobs.
            let milliseconds = Int.random(in: 0..<(generator.next() % 4 == 0 ? 1500 : 400), using: &generator)
            try await Task.sleep(for: .milliseconds(milliseconds))
            guard daemon.isRunning else {
                throw TrialError("The daemon ended by itself; its log is \(daemon.logPath).")
            }
            if generator.next() % 5 == 0, let helper = daemon.helperProcessID() {
                // Beside a helper that lives the daemon goes on.
                _ = Glibc.kill(helper, SIGKILL)
                counts.helper += 1
            } else {
                await daemon.kill()
                counts.daemon += 1
            }
            if round.isMultiple(of: 50) { print("\(round) kills …") }
            fflush(nil)
        }
        return counts
    }

    /// A last start in peace: everything that was dropped comes to its end.
    private func finish(_ daemon: DaemonUnderTest, _ examiner: Examiner, _ dropped: Int) async throws {
        if !daemon.isRunning { try daemon.start() }
        var left = dropped
        var lastProgress = ContinuousClock.now
        while left > 0 {
            let now = examiner.unfinishedCount()
            if now < left { lastProgress = .now }
            left = now
            guard ContinuousClock.now - lastProgress < .seconds(90) else { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        await daemon.stop()
    }
}

/// Who was killed how often.
struct KillCounts {
    var daemon = 0
    var helper = 0
}

/// Why a trial could not be run to its end.
struct TrialError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

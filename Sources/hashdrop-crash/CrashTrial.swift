import Foundation
import Simulator
import Store
import Support

/// One trial: users who drop all the time, and a killer beside them.
struct CrashTrial {
    /// What the killer does.
    enum Harm {
        /// Ends the daemon or its helper.
        case kill
        /// Cuts the power of the disk with the spool, the database and the reports.
        case powerCut
    }

    /// Where everything of the trial is.
    let folder: URL
    private let harm: Harm
    private let kills: Int
    private let userNames: [String]
    private let seed: UInt64
    private let programs: URL

    /// Makes the folder. Throws the system's error if it cannot.
    ///
    /// - Parameter kills: how often harm is done.
    init(_ harm: Harm, kills: Int, seed: UInt64, userCount: Int, programs: URL) throws {
        self.harm = harm
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
        let disk: PowerCutDisk? =
            switch harm {
            case .kill: nil
            case .powerCut: try await PowerCutDisk(in: folder)
            }
        let place = disk?.mountPoint ?? folder
        let daemon = DaemonUnderTest(
            folder: place, log: folder.appending(path: "daemon.log"), programs: programs,
            endpoint: simulator.baseURL)
        let began = ContinuousClock.now
        var findings: Findings
        do {
            for name in userNames { try await daemon.hashdrop("user", "add", name) }
            let (lists, counts) = try await disturb(daemon, in: place, disk)
            let examiner = Examiner(folder: place, lists: lists)
            try await finish(daemon, examiner, lists.count)
            findings = try examiner.examine(counts)
            findings.compare(
                sent: simulator.journal.lookups.count, counted: try Self.requestsCounted(in: place))
        } catch {
            await daemon.stop()
            try await simulator.stop()
            try await disk?.unmount()
            throw error
        }
        // What did not come out right stays where it can be looked at.
        if findings.isClean { try await disk?.unmount() }
        findings.seconds = Double((ContinuousClock.now - began).components.seconds)
        findings.seed = seed
        try await simulator.stop()
        return findings
    }

    /// What the daemon's ledger counts; the daemon does not run.
    private static func requestsCounted(in place: URL) throws -> Int {
        let database = try HashdropDatabase(
            path: place.appending(path: "spool/.hashdrop/hashdrop.sqlite").path(percentEncoded: false),
            endpoint: nil)
        return try database.ledger.requestsCounted()
    }

    /// Drops and kills, until all kills are done.
    private func disturb(
        _ daemon: DaemonUnderTest, in place: URL, _ disk: PowerCutDisk?
    ) async throws -> ([DroppedList], KillCounts) {
        try await withThrowingTaskGroup(of: [DroppedList].self) { group in
            for (number, name) in userNames.enumerated() {
                let dropper = Dropper(
                    user: name, number: number, spool: place.appending(path: "spool"),
                    outside: place.appending(path: "outside"), seed: seed &+ UInt64(number) &* 1000,
                    isSynced: disk != nil)
                group.addTask { try await dropper.dropUntilCancelled() }
            }
            let counts = try await kill(daemon, disk)
            group.cancelAll()
            var lists: [DroppedList] = []
            for try await dropped in group { lists += dropped }
            return (lists, counts)
        }
    }

    private func kill(_ daemon: DaemonUnderTest, _ disk: PowerCutDisk?) async throws -> KillCounts {
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
            if let disk {
                try disk.cut()
                await daemon.kill()
                try await disk.restore()
                counts.power += 1
            } else if generator.next() % 5 == 0, let helper = daemon.helperProcessID() {
                // Beside a helper that lives the daemon goes on.
                _ = Glibc.kill(helper, SIGKILL)
                counts.helper += 1
            } else {
                await daemon.kill()
                counts.daemon += 1
            }
            if round.isMultiple(of: 50) { print("\(round) of \(kills) …") }
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
    var power = 0
}

/// Why a trial could not be run to its end.
struct TrialError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

import Foundation
import Lookup
import Model
import Pipeline
import Reporting
import Spool
import Store
import Support
import TestSupport

// Which step comes next, and what goes wrong in it.
extension Simulation {
    enum Step: String, CaseIterable {
        case drop, rename, append, remove, addUser
        case cancel, retry, removeJob
        case passSeconds, passMinutes, passAnHour, suspend, bootMachine, stepWallBack, stepWallForward,
            correctWall
        case virusTotalFault, virusTotalWell, fullDisk, freeDisk, reportsAway, reportsBack
        case watcherLost, watcherBack
        case stop, start, kill, killInAClaim

        /// How often it is drawn, relative to the others that are possible.
        var weight: Int {
            switch self {
            case .drop, .passSeconds, .start: 24
            case .passMinutes: 14
            case .freeDisk, .reportsBack: 12
            case .virusTotalWell, .append, .virusTotalFault, .watcherBack: 5
            case .rename, .kill, .retry, .cancel, .correctWall: 3
            case .passAnHour, .suspend, .remove, .fullDisk, .stop, .killInAClaim, .removeJob, .watcherLost,
                .stepWallBack, .stepWallForward:
                2
            case .addUser, .bootMachine, .reportsAway: 1
            }
        }
    }

    private func isPossible(_ step: Step) -> Bool {
        switch step {
        case .start: daemon == nil
        case .stop, .kill, .watcherLost, .watcherBack: daemon != nil
        case .virusTotalFault: virusTotal.fault == nil
        case .virusTotalWell: virusTotal.fault != nil
        case .fullDisk: !isDatabaseFull
        case .freeDisk: isDatabaseFull
        case .reportsAway, .removeJob: !areReportsAway
        case .reportsBack: areReportsAway
        case .correctWall: clock.wallOffset != .zero && !isTimeForgotten
        case .stepWallForward: !isTimeForgotten
        // While the machine is off no clock tells how long: what a wall clock shows then is believed.
        case .bootMachine: isTimeRemembered
        default: true
        }
    }

    /// Does what is drawn, often in the middle of something.
    func act() throws {
        if generator.once(in: 3) { try stirUp() }
        let lots = Step.allCases.filter(isPossible).flatMap { Array(repeating: $0, count: $0.weight) }
        let step = generator.pick(lots)
        statistics.steps += 1
        statistics.count(step.rawValue)
        switch step {
        case .drop: try drop()
        case .rename: try rename()
        case .append: try append()
        case .remove: try remove()
        case .addUser: try addUser()
        case .cancel: try cancelAJob()
        case .retry: try retryAJob()
        case .removeJob: try removeAJob()
        case .passSeconds, .passMinutes, .passAnHour, .suspend, .bootMachine, .stepWallBack, .stepWallForward,
            .correctWall:
            try passTime(step)
        case .virusTotalFault, .virusTotalWell, .fullDisk, .freeDisk, .reportsAway, .reportsBack,
            .watcherLost, .watcherBack:
            try change(step)
        case .stop: try stopDaemon()
        case .start: try startDaemon()
        case .kill: try killDaemon()
        case .killInAClaim: killInAClaim()
        }
    }

    private func passTime(_ step: Step) throws {
        switch step {
        case .passSeconds:
            try note("some seconds pass", generator.duration(.milliseconds(50), .seconds(5))) { try pass($0) }
        case .passMinutes:
            try note("some time passes", generator.duration(.seconds(5), .seconds(240))) { try pass($0) }
        case .passAnHour:
            try note("a long time passes", generator.duration(.seconds(300), .seconds(1_800))) {
                try pass($0)
            }
        case .suspend:
            try note("the machine sleeps", generator.duration(.seconds(600), .seconds(90_000))) {
                try suspend($0)
            }
        case .bootMachine:
            try killDaemon()
            try note("the machine starts again", generator.duration(.seconds(1), .seconds(90))) {
                clock.boot()
                isTimeForgotten = true
                try pass($0)
            }
        case .stepWallBack: stepWall(by: .zero - leap())
        case .stepWallForward: stepWall(by: leap())
        default: stepWall(by: .zero - clock.wallOffset)
        }
    }

    /// Minutes, hours, days or years.
    private func leap() -> Duration {
        switch generator.below(4) {
        case 0: generator.duration(.seconds(61), .seconds(1_800))
        case 1: generator.duration(.seconds(1_800), .seconds(86_400))
        case 2: generator.duration(.seconds(86_400), .seconds(40 * 86_400))
        default: generator.duration(.seconds(365 * 86_400), .seconds(11 * 365 * 86_400))
        }
    }

    /// Whether the next start would find the time that the wall clock shows now.
    private var isTimeRemembered: Bool {
        guard let memory = try? inspector.database.ledger.clockMemory(), memory.bootID == clock.bootID else {
            return false
        }
        let expected = memory.wall + (clock.now.monotonic - memory.monotonic)
        return abs(clock.now.wall.timeIntervalSince(expected)) < 1
    }

    private func note(_ text: String, _ duration: Duration, _ body: (Duration) throws -> Void) throws {
        note("\(text): \(duration.seconds) s")
        try body(duration)
    }

    func stepWall(by step: Duration) {
        guard step != .zero else { return }
        note("the wall clock is put \(step > .zero ? "forward" : "back") by \(step.seconds) s")
        clock.stepWall(by: step)
        calmSince = now
        witness.clockStepped()
    }

    // MARK: Faults

    private func change(_ step: Step) throws {
        switch step {
        case .virusTotalFault: beginFault()
        case .virusTotalWell: endFault()
        case .fullDisk: try setDisk(full: true)
        case .freeDisk: try setDisk(full: false)
        case .reportsAway: try setReports(away: true)
        case .reportsBack: try setReports(away: false)
        case .watcherLost: daemon?.watcher.goDown()
        default: if scenario.isWatched { daemon?.watcher.comeUp() }
        }
    }

    private func beginFault() {
        let faults: [ScriptedVirusTotal.Fault] = [
            .tooManyRequests(retryAfter: nil),
            .tooManyRequests(retryAfter: .seconds(1 + generator.below(900))), .wrongKey, .serverError,
            .timeout, .unreadable, .wrongIdentity, .unreachable,
        ]
        // A key that does not work for some requests only does not exist.
        let fault = generator.pick(faults)
        let percent = fault == .wrongKey ? 100 : generator.pick([30, 60, 100])
        note("VirusTotal's fault begins: \(fault), \(percent) %")
        statistics.count("\(fault)".prefix { $0 != "(" }.description)
        virusTotal.begin(fault, percent: percent)
        witness.faultBegan()
    }

    func endFault() {
        guard let fault = virusTotal.fault else { return }
        note("VirusTotal's fault ends: \(fault)")
        virusTotal.endFault()
        calmSince = now
    }

    func setDisk(full isFull: Bool) throws {
        guard isFull != isDatabaseFull else { return }
        note(isFull ? "the disk is full" : "the disk has room again")
        isDatabaseFull = isFull
        claimFaults.isDiskFull = isFull
        calmSince = now
        witness.faultBegan()
        try applyFullDisk()
    }

    /// A connection that is opened later knows of no limit.
    func applyFullDisk() throws {
        guard let daemon else { return }
        try Inspector.setFull(isDatabaseFull, daemon.database)
    }

    /// A file in the place of the reports' folder: nothing can be written under it.
    func setReports(away: Bool) throws {
        guard away != areReportsAway else { return }
        note(away ? "the reports' folder is gone" : "the reports' folder is back")
        areReportsAway = away
        calmSince = now
        let (there, aside) = (folder.path("reports"), folder.path("reports.aside"))
        if away {
            try FileManager.default.moveItem(atPath: there, toPath: aside)
            try Data().write(to: URL(filePath: there))
        } else {
            try FileManager.default.removeItem(atPath: there)
            try FileManager.default.moveItem(atPath: aside, toPath: there)
        }
    }

    /// For commands that do what the daemon would.
    func publisher() throws -> ReportPublisher {
        ReportPublisher(
            database: inspector.database, options: scenario.reports,
            reports: try ReportsFolder(path: folder.path("reports"), database: inspector.database),
            cacheMaxAge: scenario.ages.known)
    }

    // MARK: The end

    /// Everything is well from now on, and all that was dropped must come to its end.
    func calmDown() throws {
        note("all is well from now on")
        claimFaults.killStep = nil
        endFault()
        try setDisk(full: false)
        try setReports(away: false)
        stepWall(by: .zero - clock.wallOffset)
        if daemon == nil { try startDaemon() }
        for index in lists.indices where lists[index].name.hasSuffix(".part") && isInSpool(lists[index]) {
            let path = path(lists[index])
            lists[index].name = String(lists[index].name.dropLast(5))
            lists[index].changedAt = now
            try FileManager.default.moveItem(atPath: path, toPath: self.path(lists[index]))
        }
        for round in 0..<Self.roundsMax {
            try pass(.seconds(60))
            try check()
            if try isAllOver() { return }
            // Without any good answer a bad one is not put down to its hash: other lists keep coming.
            if round % 10 == 9 { try dropGoodList(round) }
            try sleepUntilSomethingIsDue()
        }
        throw Violation("Not everything is over after \(Self.roundsMax) rounds: \(try unfinished())")
    }

    private static let roundsMax = 1_000

    /// Waits for the next day, or for the next attempt at a hash, take no time of the machine's.
    private func sleepUntilSomethingIsDue() throws {
        let wall = believedTime
        guard let due = try health()?.waitsUntil ?? inspector.nextRetry(at: wall) else { return }
        let left = due.timeIntervalSince(wall)
        guard left > 120 else { return }
        try suspend(.seconds(left - 1))
    }
}

import Foundation
import Lookup
import Model
import Pipeline
import Spool
import Store
import Support
import TestSupport

// How the daemon comes and goes, and what commands tell it.
extension Simulation {
    func startDaemon() throws {
        note("the daemon starts")
        daemon = try Daemon(
            Daemon.Surroundings(
                scenario: scenario, folder: folder, clock: clock, scheduler: scheduler,
                source: virusTotal.source(tellsQuotas: scenario.tellsQuotas), claimFaults: claimFaults,
                logger: trace.logger), seed: generator.next())
        isTimeForgotten = false
        virusTotal.believe(daemon?.pipeline.clock)
        try applyFullDisk()
        calmSince = now
    }

    /// The time as the daemon believes it.
    var believedTime: Date { daemon?.pipeline.clock.now.wall ?? clock.now.wall }

    /// Stops it gracefully, which takes as long as its requests do.
    func stopDaemon() throws {
        guard let daemon else { return }
        note("the daemon is told to stop")
        daemon.stop()
        let deadline = now + .seconds(60)
        while daemon.end == nil {
            guard scheduler.run(jobs: 500_000) == .idle else {
                throw Violation("A stop never comes to rest.")
            }
            if claimFaults.isKilled { return try buryDaemon() }
            guard daemon.end == nil else { break }
            guard let next = clock.nextDeadline, next <= deadline else {
                throw Violation("The daemon does not stop within a minute.")
            }
            clock.advance(to: next)
        }
        if case .failure(let error) = daemon.end {
            throw Violation("The daemon ended with an error: \(error)")
        }
        if !isDatabaseFull { virusTotal.settle() }
        virusTotal.lose()
        self.daemon = nil
        witness.daemonEnded()
        note("the daemon has stopped")
    }

    /// Kills it between two of its jobs.
    func killDaemon() throws {
        guard daemon != nil else { return }
        note("the daemon is killed")
        try buryDaemon()
    }

    /// Takes leave of a killed daemon.
    func buryDaemon() throws {
        if claimFaults.isKilled {
            note("the daemon is killed in a claim, at the step \(claimFaults.killStep!)")
        }
        virusTotal.lose()
        daemon?.kill()
        daemon = nil
        claimFaults.revive()
        witness.daemonEnded()
    }

    /// Kills it when it next reaches this step of a claim.
    func killInAClaim() {
        let step = generator.pick(ClaimStep.allCases)
        note("the daemon will be killed at the step \(step) of a claim")
        claimFaults.killStep = step
    }

    func health() throws -> LookupHealth? {
        guard let lookups = daemon?.pipeline.lookups else { return nil }
        return try value { await lookups.health() }
    }

    // MARK: Commands

    /// As a command has it, a process of its own.
    private func timeOfCommands() throws -> Date {
        try inspector.database.ledger.steadyClock(over: clock).now.wall
    }

    func cancelAJob() throws {
        let running = try inspector.jobs().filter { $0.state == .running }
        guard !running.isEmpty else { return }
        let job = generator.pick(running)
        note("job \(job.id) is cancelled")
        _ = try inspector.database.jobs.cancel(job.id, reason: "cancelled by hand", at: timeOfCommands())
        daemon?.pipeline.reload()
    }

    func retryAJob() throws {
        let failed = try inspector.jobs().filter {
            $0.failedRows > 0 && [.running, .done].contains($0.state)
        }
        guard !failed.isEmpty else { return }
        let job = generator.pick(failed)
        note("job \(job.id) is tried again")
        var retry = try inspector.database.jobs.retry(
            job.id, ages: scenario.ages, at: timeOfCommands(), rowsAtOnce: 5)
        while try retry.advance() != nil {}
        witness.forget(job.id)
        daemon?.pipeline.reload()
    }

    /// As `hashdrop job remove`.
    func removeAJob() throws {
        // Only of a list that was seen to be this job it is known that it was removed with it.
        let seen = Set(lists.compactMap(\.job))
        let final = try inspector.jobs().filter {
            $0.state.isFinal && $0.isPublished && seen.contains($0.id)
        }
        guard !areReportsAway, !final.isEmpty else { return }
        let id = generator.pick(final).id
        guard let job = try inspector.database.jobs.job(id) else { return }
        note("job \(id) is removed")
        try ClaimStore(spool: SpoolFolder(path: folder.path("spool"))).release(id)
        try publisher().remove(job, isTakenBack: true)
        witness.remove(id)
        daemon?.pipeline.reload()
    }
}

import ArgumentParser
import Foundation
import Model
import Settings
import Store
import Support

/// `hashdrop cancel JOB`: ends a running job.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End a running job; the verdicts it has are reported.",
        discussion: "A file that is not picked up yet is cancelled by deleting it.")

    @Argument(help: "The job, for example 20261123-195045-k3f9x; a report folder's name or path will do.")
    var job: String
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let id = try JobCommand.id(job)
        let settings = try await configurationOption.settings()
        guard let cancelled = try Self.cancel(id, settings) else {
            print("Job \(id) has ended already; nothing to cancel.")
            return
        }
        let isRunning = DaemonLock.isHeld(path: StatePaths(spool: settings.spool.directory).lock)
        print(
            "Cancelled \(id) (\(cancelled.droppedName.display))."
                + (isRunning ? "" : " Its report says so after the next 'hashdrop serve'."))
    }

    /// Ends a job and tells the daemon.
    ///
    /// - Returns: the job, or nil if it had ended already.
    static func cancel(_ id: JobID, _ settings: HashdropSettings) throws -> Job? {
        let database = try StatePaths.openDatabase(settings)
        let now = try database.ledger.steadyClock(over: SystemClock()).now.wall
        guard let cancelled = try database.jobs.cancel(id, reason: "cancelled by hand", at: now) else {
            return nil
        }
        try DaemonSignal.tellJobsChanged(StatePaths(spool: settings.spool.directory))
        return cancelled
    }
}

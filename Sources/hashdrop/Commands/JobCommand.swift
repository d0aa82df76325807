import ArgumentParser
import Foundation
import Model
import Pipeline
import Settings
import Spool
import Store
import Support

/// `hashdrop job …`: what is done with a single job.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Remove a finished job.", subcommands: [Remove.self])

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Remove a finished job and its report folder; its verdicts stay in the cache.")

        @Argument(help: "The job, for example 20261123-195045-k3f9x; a report folder's name or path will do.")
        var job: String
        @OptionGroup var configurationOption: ConfigurationOption

        func run() async throws {
            let id = try JobCommand.id(job)
            let settings = try await configurationOption.settings()
            let removed = try Self.remove(id, settings)
            print("Removed job \(id) (\(removed.droppedName.display)) and its report folder.")
        }

        /// Removes a finished job and tells the daemon; throws `CommandFailure` with the code `.temporary`
        /// if it is too early for that.
        static func remove(_ id: JobID, _ settings: HashdropSettings) throws -> Job {
            let database = try StatePaths.openDatabase(settings)
            guard let job = try database.jobs.job(id) else { throw JobStore.noSuchJob(id) }
            guard job.state.isFinal else {
                throw CommandFailure(
                    .temporary, "Job \(id) is running; 'hashdrop cancel \(id)' ends it first.")
            }
            let paths = StatePaths(spool: settings.spool.directory)
            guard try database.jobs.isPublished(id) || !DaemonLock.isHeld(path: paths.lock) else {
                throw CommandFailure(.temporary, "The last report of job \(id) is being written; try again.")
            }
            // A claim that a killed daemon left would make the job again at the next start.
            try ClaimStore(spool: SpoolFolder(path: settings.spool.directory)).release(id)
            let publisher = ReportPublisher(
                database: database,
                options: try settings.reportOptions(isSimulated: false, version: Hashdrop.version),
                reports: try ReportsFolder(path: settings.reports.directory, database: database),
                cacheMaxAge: settings.cache.maxAge)
            try publisher.remove(job, isTakenBack: true)
            // A running daemon deletes the rows in turn with its own work; without one no other program
            // waits.
            if !DaemonLock.isHeld(path: paths.lock) { while try database.jobs.purge() {} }
            try DaemonSignal.tellJobsChanged(paths)
            return job
        }
    }

    /// The job that an argument names: its id, or a path whose last part begins with it. What cannot be a
    /// job's id names a job that is missing, as an id that no job has.
    static func id(_ text: String) throws -> JobID {
        let name = URL(filePath: text).lastPathComponent
        guard let id = JobID(ofFolder: name) else {
            throw CommandFailure(
                .noInput,
                "'\(text.showingControls)' is no job; 'hashdrop status' shows the latest ones, and a report "
                    + "folder's name begins with its job.")
        }
        return id
    }
}

import ArgumentParser
import Model
import Settings
import Store
import Support

/// `hashdrop retry`: asks a job's failed hashes again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Ask a job's failed hashes again, with fresh attempts.")

    @Argument(help: "The job, as in its report folder's name: 20261123-195045-k3f9x.") var job: String
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        // The whole folder name will do: it is what a user can copy.
        guard let id = JobID(job.prefix { $0 != "_" }) else {
            throw CommandFailure(
                .usage, "'\(job.showingControls)' is no job; one looks like 20261123-195045-k3f9x.")
        }
        let settings = try await configurationOption.settings()
        let database = try StatePaths.openDatabase(settings)
        let clock = try database.ledger.steadyClock(over: SystemClock())
        var retry = try database.jobs.retry(
            id, ages: settings.cacheAges, at: clock.now.wall)
        var sum = JobRetry.Slice()
        try await clock.runSlices {
            guard let slice = try retry.advance() else { return false }
            sum.opened += slice.opened
            sum.answered += slice.answered
            return true
        }
        guard sum != JobRetry.Slice() else { return print("The job \(id) has no failed hash.") }
        try DaemonSignal.tellJobsChanged(StatePaths(spool: settings.spool.directory))
        if sum.opened > 0 {
            print("\(sum.opened) \(sum.opened == 1 ? "hash is" : "hashes are") asked again.")
        }
        if sum.answered > 0 {
            print("\(sum.answered) \(sum.answered == 1 ? "hash has" : "hashes have") an answer by now.")
        }
    }
}

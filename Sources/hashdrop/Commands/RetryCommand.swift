import ArgumentParser
import Model
import Settings
import Store
import Support

/// `hashdrop retry`: asks a job's failed hashes again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Ask a job's failed hashes again, with fresh attempts.")

    @Argument(help: "The job, for example 20261123-195045-k3f9x; a report folder's name or path will do.")
    var job: String
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let id = try JobCommand.id(job)
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

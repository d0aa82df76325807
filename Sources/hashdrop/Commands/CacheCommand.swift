import ArgumentParser
import Foundation
import Settings
import Store
import Support

/// `hashdrop cache …`: the verdict cache.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Look at the verdict cache, or forget its old answers.",
        subcommands: [Statistics.self, Prune.self])

    struct Statistics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats", abstract: "Show what the cache holds.")

        @OptionGroup var configurationOption: ConfigurationOption

        func run() async throws {
            let settings = try await configurationOption.settings()
            let statistics = try StatePaths.openDatabase(settings).cache.statistics()
            let format = Date.ISO8601FormatStyle()
            print("Files known to VirusTotal:  \(statistics.files)")
            print(
                "Hashes in the cache:        \(statistics.hashes), \(statistics.unknownHashes) of them "
                    + "unknown"
            )
            if let oldest = statistics.oldestAskedAt, let newest = statistics.newestAskedAt {
                print(
                    "Asked:                      \(oldest.formatted(format)) to \(newest.formatted(format))")
            }
        }
    }

    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune",
            abstract: "Forget answers that are older than so many days; reports in the making keep theirs.")

        @Option(help: "Days, at least 1.") var olderThan = 90
        @OptionGroup var configurationOption: ConfigurationOption

        func validate() throws {
            guard (1...100_000).contains(olderThan) else {
                throw ValidationError("--older-than must be 1 or more days.")
            }
        }

        func run() async throws {
            let settings = try await configurationOption.settings()
            let database = try StatePaths.openDatabase(settings)
            let clock = try database.ledger.steadyClock(over: SystemClock())
            let before = clock.now.wall.addingTimeInterval(-Double(olderThan) * 86_400)
            var pruning = database.cache.pruning(before: before)
            var forgotten = 0
            try await clock.runSlices {
                guard let count = try pruning.advance() else { return false }
                forgotten += count
                return true
            }
            let hashes = forgotten == 1 ? "hash that was" : "hashes that were"
            print(
                "Forgot \(forgotten) \(hashes) asked for more than \(olderThan) "
                    + "\(olderThan == 1 ? "day" : "days") ago."
            )
        }
    }
}

import ArgumentParser
import Foundation
import Model
import PostgreSQL
import Reporting
import Settings
import SharedStore
import Store
import Support
import VirusTotal

/// `hashdrop shared migrate --to …`: moves answers and spent requests between the two kinds of databases.
struct SharedMigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Move answers into the shared database, or answers and spent requests out of it.",
        discussion: """
            Stop this machine's daemon first, and leave shared.database set meanwhile. The newer answer and \
            the greater number of requests stay, so a move that was broken off is done again. What this \
            machine has spent counts in the shared database with each start of the daemon. The role that \
            owns the shared database is needed (--database): a site's own may not write answers that it has \
            not asked. Jobs, reports and users stay where they are.
            """)

    enum Target: String, ExpressibleByArgument, CaseIterable {
        case postgres, sqlite
    }

    @Option(help: "postgres, before the daemon is one of several; sqlite, before it goes on alone.")
    var to: Target
    @OptionGroup var owner: SharedOwnerOption
    @OptionGroup var configurationOption: ConfigurationOption

    /// A site that has been silent for longer does not run, and none of its requests counts in VirusTotal's
    /// minute: signs of life come every five seconds.
    private static let silenceMin: Duration = .seconds(75)

    func run() async throws {
        let settings = try await configurationOption.settings()
        let endpoint = try VirusTotalEndpoint(settings.virusTotal.endpoint)
        let keys = try KeySource(
            settings: settings.virusTotal, environment: ProcessInfo.processInfo.environment)
        guard settings.shared.database != nil else {
            throw CommandFailure(
                .configuration, "This daemon shares nothing: shared.database is not set",
                advice: "set it, also for a move out of the shared database, and take it out afterwards")
        }
        let address = try owner.address(settings)
        let paths = try StatePaths.prepare(settings)
        let lock = try DaemonLock(path: paths.lock)
        // Else the next start looks for damage; after a kill it still does.
        defer { if !lock.earlierRunWasCut { lock.noteGoodEnd() } }
        let database = try HashdropDatabase(path: paths.database, endpoint: endpoint.description)
        let clock = try database.ledger.steadyClock(over: SystemClock())
        try database.ledger.closeEarlierRun(at: clock.now, bootID: clock.bootID)
        guard let site = try settings.sharedDatabase(endpoint: endpoint, key: { keys.key }, over: database)
        else { return }
        // As the daemon does: the site is there then, its role is its own, the endpoint is the right one, and
        // what this machine has spent counts.
        try await site.closeEarlierRun()
        if to == .sqlite { try await Self.requireAlone(site) }
        await site.client.close()
        try await SharedOwnerOption.asOwner(address) { client in
            let move = SharedMove(
                owner: client, site: settings.sharedSiteName, database: database, clock: clock)
            if to == .sqlite { try await Self.requireNoSlices(move) }
            try await self.move(move, of: database, endpoint: address.endpoint)
        }
    }

    private func move(_ move: SharedMove, of database: HashdropDatabase, endpoint: String) async throws {
        var display = ProgressDisplay()
        defer { display.end() }
        func show(_ count: Int) { display.show(answers: count) }
        switch to {
        case .postgres:
            let count = try await move.toPostgreSQL(show)
            display.clear()
            print(
                "\(endpoint) has this machine's \(Wording.count(count, "answer", "answers")) and its spent "
                    + "requests. Start the daemon with shared.database.")
        case .sqlite:
            let count = try await move.toSQLite(show)
            try database.ledger.noteSharing(nil)
            display.clear()
            print(
                "This machine's database has the \(Wording.count(count, "answer", "answers")) of "
                    + "\(endpoint), and the requests that all sites of the key have spent. Take "
                    + "shared.database out of the settings, and start the daemon.")
        }
    }

    /// Two ledgers of one key would overdraw it.
    private static func requireAlone(_ site: SharedDatabase) async throws {
        let others = try await site.sites().filter { $0.name != site.site && $0.silence < silenceMin }
        guard !others.isEmpty else { return }
        throw CommandFailure(
            .temporary,
            "Other sites spend this key's requests: \(others.map(\.name).joined(separator: ", "))",
            advice: "stop their daemons, and try again \(Int(silenceMin.seconds)) seconds later")
    }

    /// A site that is cut off sends what it has taken ahead, and gives no sign of life.
    private static func requireNoSlices(_ move: SharedMove) async throws {
        guard let rest = try await move.restOfSlices() else { return }
        throw CommandFailure(
            .temporary,
            "Another site may still send requests that it has taken ahead (shared.whenAway: slice)",
            advice: "try again in \(Wording.duration(rest.seconds))")
    }
}

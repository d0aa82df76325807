import ArgumentParser
import Foundation
import Lookup
import Model
import PostgreSQL
import Reporting
import Settings
import SharedStore
import Store
import Support

/// `hashdrop shared status`: what the sites that share a key do and have spent.
struct SharedStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the sites that share the key, and what they have spent.",
        discussion: """
            Asks the shared database as this machine's daemon does (shared.database), beside it or without \
            it. Exits 0, or 75 while no site asks because VirusTotal has refused a request, 69 if the \
            database does not answer.
            """)

    @Flag(help: "As one JSON object.") var json = false
    @OptionGroup var configurationOption: ConfigurationOption

    /// The shape of `--json`.
    struct Overview: Encodable {
        struct Site: Encodable {
            var name: String
            /// Whether it is this machine's.
            var isThisSite: Bool
            /// Since its last sign of life.
            var silentSeconds: Int
            /// Requests of this UTC day and month.
            var today, thisMonth: Int
            /// Requests in flight.
            var inFlight: Int
            /// Hashes that it would ask now.
            var openHashes: Int
            /// Its settings; 0 is none.
            @OrNull var limits: Limits?
        }

        struct Limits: Codable, Hashable, Sendable {
            var minute, day, month: Int
        }

        struct Pause: Codable, Hashable, Sendable {
            /// How VirusTotal's refusal ended: its HTTP status.
            var reason: String
            var secondsLeft: Int
        }

        /// Server and database, without account and password.
        var database: String
        /// This machine's.
        var site: String
        /// Of all sites; the limits are this machine's settings, 0 is none.
        var minute, day, month: Quota
        /// Requests of each minute that sites keep which have spent theirs in advance.
        var keptForSlices: Int
        @OrNull var pause: Pause?
        var sites: [Site]
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        let overview = try await Self.overview(settings)
        if json {
            let encoder = StatusDocument.encoder([.prettyPrinted, .sortedKeys])
            print(String(decoding: try encoder.encode(overview), as: UTF8.self))
        } else {
            print(Self.text(overview))
        }
        if overview.pause != nil { throw ExitCode(CommandFailure.Code.temporary.rawValue) }
    }

    private static func overview(_ settings: HashdropSettings) async throws -> Overview {
        guard let client = try settings.sharedClient() else {
            throw CommandFailure(
                .configuration, "This daemon shares nothing: shared.database is not set",
                advice: "'hashdrop status' shows what it does alone")
        }
        let name = settings.sharedSiteName
        let shared = SharedOverview(client: client, site: name)
        let spending: SharedSpending
        let sites: [SiteStatus]
        do {
            spending = try await shared.spending()
            sites = try await shared.sites()
        } catch SharedError.forgotten {
            throw CommandFailure(
                .configuration, "The shared database has no site '\(name)'",
                advice:
                    "its daemon is one as soon as it has reached the database, and 'hashdrop status' says "
                    + "whether it has; if that has another name there, set shared.site")
        }
        await client.close()
        let limits = settings.lookupOptions.limits
        let spent = spending.quota
        return Overview(
            database: client.address.endpoint, site: name,
            minute: Quota(used: spent.lastMinute.count, limit: limits.requestsPerMinuteLimit),
            day: Quota(used: spent.today, limit: limits.requestsPerDayLimit),
            month: Quota(used: spent.thisMonth, limit: limits.requestsPerMonthLimit),
            keptForSlices: spending.keptForSlices,
            pause: spending.pause.map { pause in
                Overview.Pause(reason: pause.reason, secondsLeft: wholeSeconds(pause.left))
            },
            sites: sites.map { site in
                Overview.Site(
                    name: site.name, isThisSite: site.name == name,
                    silentSeconds: wholeSeconds(site.silence), today: site.today,
                    thisMonth: site.thisMonth, inFlight: site.requestsInFlight, openHashes: site.openHashes,
                    limits: site.limits.map { limits in
                        Overview.Limits(
                            minute: limits.requestsPerMinuteLimit, day: limits.requestsPerDayLimit,
                            month: limits.requestsPerMonthLimit)
                    })
            })
    }

    private static func wholeSeconds(_ duration: Duration) -> Int { Int(duration.seconds.rounded(.up)) }

    static func text(_ overview: Overview) -> String {
        let (minute, day, month) = (overview.minute, overview.day, overview.month)
        var lines = [
            "Database: \(overview.database)",
            "Quota:    \(StatusCommand.used(minute)) this minute, \(StatusCommand.used(day)) today, "
                + "\(StatusCommand.used(month)) this month (UTC), by all sites",
        ]
        if overview.keptForSlices > 0 {
            lines.append(
                "Kept:     \(overview.keptForSlices) of each minute, for sites that spend in advance")
        }
        if let pause = overview.pause {
            lines.append(
                "Pause:    VirusTotal has refused a request (\(pause.reason)); no site asks for "
                    + Wording.duration(TimeInterval(pause.secondsLeft)))
        }
        lines.append("Sites:")
        lines += overview.sites.map { site in
            "  \(site.name)\(site.isThisSite ? " (this one)" : ""): seen "
                + "\(Wording.duration(TimeInterval(site.silentSeconds))) ago, \(site.today) today, "
                + "\(site.thisMonth) this month, \(site.inFlight) in flight, "
                + "\(Wording.count(site.openHashes, "hash", "hashes")) to ask"
                + otherLimits(of: site, than: overview)
        }
        return lines.joined(separator: "\n")
    }

    /// What is to be mended: together they would spend by the greater ones.
    private static func otherLimits(of site: Overview.Site, than overview: Overview) -> String {
        let own = Overview.Limits(
            minute: overview.minute.limit, day: overview.day.limit, month: overview.month.limit)
        guard let limits = site.limits, limits != own else { return "" }
        let text = Wording.limits(
            QuotaLimits(
                requestsPerMinuteLimit: limits.minute, requestsPerDayLimit: limits.day,
                requestsPerMonthLimit: limits.month))
        return "; its limits are others, \(text)"
    }
}

package import Foundation
import Lookup
package import Model

/// What the daemon says of itself in `.hashdrop/daemon.json`, for `hashdrop status`.
package struct DaemonStatus: Hashable, Sendable, Codable {
    /// Of the database that several daemons share.
    package struct Shared: Hashable, Sendable, Codable {
        /// This daemon's name among the others.
        package var site: String
        /// Since when it does not serve, and why; nil while it does.
        package var awaySince: Date?
        package var reason: String?
    }

    package var processID: Int32
    package var folders: FolderHealth
    /// Of all sites where the database that they share serves, else of this daemon.
    package var minute: Quota
    package var day: Quota
    package var month: Quota
    package var requestsInFlight: Int
    /// Open hashes by user.
    package var queue: [String: Int]
    package var waitReason: String?
    /// Whether the operator should look: lookups wait for more than the minute.
    package var needsAttention: Bool
    package var waitsUntil: Date?
    package var reportTrouble: String?
    /// The first files that wait in each user's folder, as `name: reason`.
    package var waiting: [String: [String]]
    /// Nil for a daemon that is alone.
    package var shared: Shared?

    private static let waitingMax = 5

    init(
        folders: FolderHealth, lookups: LookupHealth, reportTrouble: String?,
        waiting: [UserName: [WaitingFile]], sharing: SharedStanding?
    ) {
        processID = ProcessInfo.processInfo.processIdentifier
        self.folders = folders
        minute = sharing?.quota(.minute, own: lookups.minute) ?? lookups.minute
        day = sharing?.quota(.day, own: lookups.day) ?? lookups.day
        month = sharing?.quota(.month, own: lookups.month) ?? lookups.month
        requestsInFlight = lookups.requestsInFlight
        queue = Dictionary(uniqueKeysWithValues: lookups.openHashes.map { ($0.key.description, $0.value) })
        waitReason = lookups.waitReason
        needsAttention = lookups.needsAttention
        waitsUntil = lookups.waitsUntil
        self.reportTrouble = reportTrouble
        shared = sharing.map {
            Shared(site: $0.site, awaySince: $0.trouble?.since, reason: $0.trouble?.reason)
        }
        self.waiting = Dictionary(
            uniqueKeysWithValues: waiting.map { user, files in
                (user.description, files.prefix(Self.waitingMax).map { "\($0.name.display): \($0.reason)" })
            })
    }
}

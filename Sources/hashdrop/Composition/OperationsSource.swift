import Foundation
import Glibc
import Lookup
import Model
import Pipeline
import Settings
import SharedStore
import Store
import Support
import Web

/// Collects what the page's operations view shows.
struct OperationsSource: Sendable {
    private let dispatcher: LookupDispatcher
    private let status: LiveStatus
    private let directories: [(name: String, path: String)]

    init(dispatcher: LookupDispatcher, status: LiveStatus, settings: HashdropSettings) {
        self.dispatcher = dispatcher
        self.status = status
        directories = [("spool", settings.spool.directory), ("reports", settings.reports.directory)]
    }

    func view() async -> OperationsView {
        let lookups = await dispatcher.health()
        let folders = status.folders
        let sharing = status.sharing
        let quotas: [QuotaPeriod: Quota] = [
            .minute: lookups.minute, .day: lookups.day, .month: lookups.month,
        ]
        return OperationsView(
            quotas: Dictionary(
                uniqueKeysWithValues: quotas.map { ($0, sharing?.quota($0, own: $1) ?? $1) }),
            requestsInFlight: lookups.requestsInFlight, queue: lookups.openHashes,
            waitReason: lookups.waitReason, waitsUntil: lookups.waitsUntil,
            folders: folders.folders,
            troubles: [
                folders.trouble.map { "Files wait: \($0)" },
                status.reportTrouble.map { "Reports cannot be written: \($0)" },
            ].compactMap(\.self), disks: directories.compactMap(Self.disk),
            shared: sharing.map(Self.shared))
    }

    /// As it was heard last: the shared database may be away, and no page waits for it.
    private static func shared(_ standing: SharedStanding) -> OperationsView.Shared {
        OperationsView.Shared(
            site: standing.site,
            trouble: standing.trouble.map {
                "The shared database does not serve since \(UTCTime($0.since).minuteText) UTC: \($0.reason)"
            },
            overview: standing.view.map { view in
                OperationsView.Shared.Overview(
                    sites: view.sites, today: view.spending.quota.today,
                    thisMonth: view.spending.quota.thisMonth, at: view.at.wall)
            })
    }

    private static func disk(_ name: String, _ path: String) -> OperationsView.Disk? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        // Of the free blocks, those that this account may use.
        return .init(
            name: name, freeBytes: Int64(facts.f_bavail) * Int64(facts.f_frsize),
            totalBytes: Int64(facts.f_blocks) * Int64(facts.f_frsize))
    }
}

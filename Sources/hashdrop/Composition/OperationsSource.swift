import Foundation
import Glibc
import Lookup
import Model
import Pipeline
import Settings
import Web

/// Finds out what the page's operations view shows.
struct OperationsSource: Sendable {
    let dispatcher: LookupDispatcher
    let status: DaemonStatusFile
    let directories: [(name: String, path: String)]

    init(dispatcher: LookupDispatcher, status: DaemonStatusFile, settings: HashdropSettings) {
        self.dispatcher = dispatcher
        self.status = status
        directories = [("spool", settings.spool.directory), ("reports", settings.reports.directory)]
    }

    /// The lookups as they are now; the folders as the daemon last wrote them down.
    func view() async -> OperationsView {
        let lookups = await dispatcher.health()
        let daemon = status.read()
        let limits = lookups.limits
        return OperationsView(
            quotas: [
                .init(
                    period: "minute", used: lookups.spentThisMinute, limit: limits.requestsPerMinuteLimit),
                .init(period: "day (UTC)", used: lookups.spentToday, limit: limits.requestsPerDayLimit),
                .init(
                    period: "month (UTC)", used: lookups.spentThisMonth,
                    limit: limits.requestsPerMonthLimit),
            ], requestsInFlight: lookups.requestsInFlight, queue: lookups.openHashes,
            waitReason: lookups.waitReason, waitsUntil: lookups.waitsUntil,
            folders: (daemon?.folders.folders ?? []).map {
                .init(
                    user: $0.user, watching: $0.watching, problem: $0.problem, waitingFiles: $0.waitingFiles)
            },
            troubles: [
                daemon?.folders.trouble.map { "Files wait: \($0)" },
                daemon?.reportTrouble.map { "Reports cannot be written: \($0)" },
            ].compactMap(\.self), disks: directories.compactMap(Self.disk))
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

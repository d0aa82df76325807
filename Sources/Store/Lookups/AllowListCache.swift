import Foundation
import GRDB
import Model
import Synchronization

/// The allow-list as a report last read it: the next one reads the entries only if they have changed, by
/// whichever process, or if one has expired in the meantime.
final class AllowListCache: Sendable {
    private struct Reading {
        /// `AllowStore.changes` when it was read.
        let changes: String?
        /// The times at which the same entries have expired.
        let period: Range<Date>
        let list: AllowList
    }

    private let latest = Mutex<Reading?>(nil)

    /// The allow-list at the transaction's moment, without what has expired `now`.
    func list(in db: Database, at now: Date) throws -> AllowList {
        let changes = try AllowStore.changes(in: db)
        if let known = latest.withLock({ $0 }), known.changes == changes, known.period.contains(now) {
            return known.list
        }
        let files = try AllowStore.all(in: db)
        let ends = files.compactMap(\.until)
        let last = ends.filter { $0 <= now }.max() ?? .distantPast
        let next = ends.filter { $0 > now }.min() ?? .distantFuture
        let reading = Reading(changes: changes, period: last..<next, list: AllowList(files, at: now))
        latest.withLock { $0 = reading }
        return reading.list
    }
}

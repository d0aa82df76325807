package import Foundation
package import Model
package import Store

// One question about a job at a time.
extension ReportRowStore {
    package func forEachRow(
        of id: JobID, order: JobSnapshot.Order, _ visit: (ReportRow) throws -> Void
    ) throws {
        try read(id) { try $0.forEachRow(order: order, visit) }
    }

    package func counts(of id: JobID, thresholds: VerdictThresholds) throws -> [Verdict: Int] {
        try read(id) { try $0.counts(thresholds: thresholds) } ?? [:]
    }

    package func statistics(of id: JobID, thresholds: VerdictThresholds, now: Date) throws -> JobStatistics {
        try read(id) { try $0.statistics(thresholds: thresholds, now: now) } ?? JobStatistics()
    }
}

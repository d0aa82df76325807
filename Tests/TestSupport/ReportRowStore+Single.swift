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

    /// What a report counts of a job's rows.
    package func tally(
        of id: JobID, policy: VerdictPolicy = .init(), now: Date = Samples.now, severestMax: Int = 100
    ) throws -> JobTally {
        var tally = JobTally(policy: policy, now: now, severestMax: severestMax)
        try forEachRow(of: id, order: .stored) { tally.add($0) }
        return tally
    }

    package func counts(of id: JobID, policy: VerdictPolicy) throws -> [Verdict: Int] {
        try tally(of: id, policy: policy).byVerdict
    }
}

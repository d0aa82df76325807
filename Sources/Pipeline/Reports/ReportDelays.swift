import Foundation
import MetricNames
import Model
import Support

/// Measure of how long lists take from their pick-up to their last report.
struct ReportDelays: Sendable {
    private let timer = LabelledTimer<RequestsOfList>(.reportDelay)

    /// Counts the lists whose last report was written and is remembered `now`. A list that was refused or
    /// cancelled says nothing of how long one takes, nor does a report that is written again.
    func note(_ published: [ReportPublisher.Published], at now: Date) {
        for published in published
        where published.isNew && !published.isRewrite && published.job.state == .done {
            let job = published.job
            timer.record(
                job.requestCost.requestsSent == 0 ? .none : .some,
                .seconds(now.timeIntervalSince(job.receivedAt)))
        }
    }
}

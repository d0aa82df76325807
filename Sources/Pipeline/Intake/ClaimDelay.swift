import Foundation
import MetricNames
import Model
import Spool

/// Measure of how long lists lie in their folders, complete or not, until they are picked up.
struct ClaimDelay {
    private let timer = Metric.claimDelay.timer()

    /// Counts a list if it was taken `now`. A refused file says nothing: some wait for their refusal by rule.
    func note(_ result: Result<ClaimOutcome, any Error>, of decision: ReadinessDecision, at now: Date) {
        guard case .success(let outcome) = result, case .ready = decision.action else { return }
        switch outcome {
        case .done, .copying:
            let changed = Date(timeIntervalSince1970: Double(decision.entry.changedNanoseconds) / 1e9)
            timer.record(.seconds(now.timeIntervalSince(changed)))
        case .idInUse, .vanished, .notYet: break
        }
    }
}

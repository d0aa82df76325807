import Foundation
import Model

extension JobEstimate {
    /// Whether a reader would be misled: another reason, or an end that is off by a tenth or more.
    func isOutdated(by new: JobEstimate, at now: Date) -> Bool {
        if waitReason != new.waitReason { return true }
        guard let old = expectedAt, let expected = new.expectedAt else { return expectedAt != new.expectedAt }
        let left = max(0, expected.timeIntervalSince(now))
        return abs(old.timeIntervalSince(expected)) > max(10, left / 10)
    }
}

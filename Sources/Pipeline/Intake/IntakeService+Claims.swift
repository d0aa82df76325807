import FileSystem
import Logging
import Model
import Spool
import Store
import Support

/// What a turn of a folder claims.
extension IntakeService {
    private static let claimsAtOnce = 50
    /// So many are claimed together, of files that are short: what they bring to the disk is waited for once.
    private static let claimsTogether = 8
    private static let shortBytesMax = 64 << 10
    /// Files are of very different size, so a turn ends by time as well, and soon if there is news of others.
    private static let turnMax: Duration = .milliseconds(250)
    private static let turnMaxWithNews: Duration = .milliseconds(10)

    /// Claims what is to be claimed and returns what waits; adds how long the claims took.
    func act(
        on decisions: [ReadinessDecision], of user: UserName, _ folder: inout FolderState,
        _ now: ClockReading, _ claimsTook: inout Duration
    ) -> [WaitingFile] {
        /// Why each waits, or nil if it is taken or gone.
        var reasons = [String?](repeating: nil, count: decisions.count)
        /// The places of those that are claimed next.
        var together: [Int] = []
        var claimed = 0
        folder.blocked = nil
        var use: UserUse?
        let began = clock.now.monotonic
        func isTurnOver() -> Bool {
            guard claimed > 0, claimed + together.count < Self.claimsAtOnce else { return claimed > 0 }
            let took = clock.now.monotonic - began
            return took >= Self.turnMax || (took >= Self.turnMaxWithNews && mailbox.hasMail)
        }
        func claimTogether() {
            guard !together.isEmpty else { return }
            let start = clock.now.monotonic
            let outcomes = claimProcessor.take(
                together.map { decisions[$0] }, of: user, using: &generator)
            for (place, outcome) in zip(together, outcomes) {
                reasons[place] = reason(decisions[place], outcome, &folder)
            }
            claimsTook += clock.now.monotonic - start
            claimed += together.count
            together = []
        }
        for (place, decision) in decisions.enumerated() {
            let isShort = decision.entry.size <= Self.shortBytesMax
            if !isShort { claimTogether() }
            if case .wait(let why, _) = decision.action {
                reasons[place] = why == .beingDropped ? nil : why.description
                if case .cannotBeTaken = why { folder.blocked = reasons[place] }
            } else if let pause = folder.pause?.reason ?? claimProcessor.reasonToPause(user)
                ?? reasonOfLimits(user, taken: claimed + together.count, &use)
            {
                reasons[place] = "complete: \(pause)"
            } else if isTurnOver() {
                reasons[place] = "complete: waits for its turn"
                folder.isDirty = true
            } else if case .removeFolder = decision.action {
                reasons[place] = removeFolder(decision, of: user)
                claimed += 1
            } else {
                together.append(place)
                if !isShort || together.count >= Self.claimsTogether { claimTogether() }
            }
        }
        claimTogether()
        return zip(decisions, reasons).compactMap { decision, reason in
            reason.map { WaitingFile(decision, $0, at: now) }
        }
    }

    /// Why a user's limits let no further list be taken; nil if they do.
    ///
    /// - Parameters:
    ///   - taken: lists that this turn has taken.
    ///   - use: what the user had before, looked up once a turn.
    private func reasonOfLimits(_ user: UserName, taken: Int, _ use: inout UserUse?) -> String? {
        do {
            var now = try use ?? database.jobs.use(of: user)
            use = now
            now.lists += taken
            return options.userLimits.reason(against: now)
        } catch {
            return sentence(for: error)
        }
    }

    /// Removes an empty folder.
    ///
    /// - Returns: why it still waits, or nil if it is gone.
    private func removeFolder(_ decision: ReadinessDecision, of user: UserName) -> String? {
        do {
            try spool.removeEmptyFolder(decision.entry, of: user)
            return nil
        } catch {
            return "an empty folder that cannot be removed: \(error)"
        }
    }

    /// Why what was to be claimed still waits, or nil if it is taken or gone.
    private func reason(
        _ decision: ReadinessDecision, _ outcome: ClaimProcessor.Outcome, _ folder: inout FolderState
    ) -> String? {
        switch outcome {
        case .taken: return nil
        case .waits(let reason):
            folder.readiness.postpone(decision.entry.name, reason, now: clock.now.monotonic)
            return reason.description
        case .failed(let error) where error.isOfOneFile:
            if folder.lastFailure != error.errorNumber {
                logger.error("A file cannot be taken; others go on.", metadata: ["reason": "\(error)"])
            }
            folder.lastFailure = error.errorNumber
            folder.blocked = "\(error)"
            let reason = WaitReason.cannotBeTaken("complete, but it cannot be taken: \(error.summary)")
            folder.readiness.postpone(decision.entry.name, reason, now: clock.now.monotonic)
            return reason.description
        case .failed(let error):
            if folder.pause == nil, folder.lastFailure != error.errorNumber {
                logger.error("A file cannot be taken; it is tried again.", metadata: ["reason": "\(error)"])
            }
            folder.lastFailure = error.errorNumber
            folder.pause = (error.summary, clock.now.monotonic + options.poll)
            return "complete: \(error.summary)"
        }
    }
}

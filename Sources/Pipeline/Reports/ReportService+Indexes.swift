import Lookup
import Model
import Reporting
import Store
import Support

// The users' indexes: when they are written, and what they say of the daemon.
extension ReportService {
    /// The least time between two changes of what all indexes say: each is written for it.
    private static let troublesInterval: Duration = .seconds(60)

    func writeIndex(
        of user: UserName, estimates: [JobID: JobEstimate], in group: inout DiscardingTaskGroup
    ) {
        isWritingIndex = true
        schedule.userBegun(user)
        let (waiting, troubles) = (liveStatus.waitingFiles[user] ?? [], toldTroubles.sentences)
        group.addTask { [indexWorker] in
            await self.settleIndex(
                of: user,
                indexWorker.publish(of: user, estimates: estimates, waiting: waiting, troubles: troubles))
        }
    }

    /// Lets all indexes say what is wrong with the daemon. Nothing in it is of one user: all users read it.
    func tellTroubles(lookups: LookupHealth) {
        let sentences = [
            lookups.needsAttention ? lookups.usersWaitReason.map { "Hashes wait: \(Self.closed($0))" } : nil,
            liveStatus.folders.trouble == nil
                ? nil : "Some dropped files cannot be taken in; they are tried again.",
            trouble == nil ? nil : "Some reports cannot be written; they are tried again.",
        ].compactMap(\.self)
        guard sentences != toldTroubles.sentences else { return }
        let now = clock.now.monotonic
        guard now >= toldTroubles.until else {
            statusDue = min(statusDue ?? toldTroubles.until, toldTroubles.until)
            return
        }
        toldTroubles = (sentences, now + Self.troublesInterval)
        schedule.allUsersChanged()
    }

    private static func closed(_ reason: String) -> String { reason.hasSuffix(".") ? reason : reason + "." }

    /// The index's worker has come to its end.
    private func settleIndex(of user: UserName, _ outcome: IndexWorker.Outcome) {
        isWritingIndex = false
        settle(user, outcome)
        mailbox.post(.workerFinished)
    }

    func settle(_ user: UserName, _ outcome: IndexWorker.Outcome) {
        let now = clock.now.monotonic
        do {
            let isLive = try outcome.result.get()
            troubles["user \(user)"] = nil
            schedule.userWritten(
                user, at: now, took: outcome.took, renewal: IndexRenewal.period(isLive: isLive))
        } catch {
            troubles["user \(user)"] = sentence(for: error)
            schedule.userFailed(user, at: now)
        }
    }
}

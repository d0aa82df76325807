import Store
import Support

// What the dispatcher writes of the answers.
extension LookupDispatcher {
    /// Writes all outcomes that are not in the database yet; what cannot be written stays for the next try.
    ///
    /// Only the loop adds outcomes, and it waits for this: none is added meanwhile.
    func record() async {
        if unrecorded.isEmpty {
            storeTrouble = nil
            return
        }
        do {
            let recorded = try await lookupLedger.record(unrecorded, inFlight: inFlight)
            unrecorded = []
            storeTrouble = nil
            take(recorded)
        } catch {
            note(storeFailure: error)
        }
    }

    /// Serves some of the jobs that wait for an outcome which thousands wait for; the next ones after what
    /// has come meanwhile.
    func recordPending() {
        guard hasPendingOutcomes, storeTrouble == nil else { return }
        do {
            if let recorded = try lookups.recordPending() {
                take(recorded)
            } else {
                hasPendingOutcomes = false
            }
        } catch {
            note(storeFailure: error)
        }
    }

    /// Ends the jobs that have spent their budgets, once all that was asked for them is recorded.
    func endSpentJobs() {
        let spent = queue.spentJobs
        guard !spent.isEmpty, unrecorded.isEmpty, storeTrouble == nil else { return }
        do {
            take(try lookups.endSpent(spent, at: clock.now.wall))
            queue.forgetSpent(spent)
        } catch {
            note(storeFailure: error)
        }
    }

    func take(_ recorded: RecordedOutcomes) {
        for (job, rows) in recorded.touched { queue.limit(job, toRows: rows) }
        for job in recorded.finished { queue.remove(job) }
        for rowID in recorded.postponed { queue.resume(jobRowID: rowID) }
        if let retry = recorded.nextRetry { nextRetryAt = min(nextRetryAt ?? retry, retry) }
        if !recorded.touched.isEmpty { onProgress(recorded) }
        if recorded.isIncomplete { hasPendingOutcomes = true }
    }
}

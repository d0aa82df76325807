import Foundation
import Store
import Support

// What the quota is compared with: the ledger after a leap of the wall clock, and VirusTotal's own count.
extension LookupDispatcher {
    /// Counts the quota again where the wall clock has leapt.
    func followClock(at now: ClockReading) throws {
        if needsRecount {
            rateLimiter.takeOver(try ledger.spending(at: now), at: now)
            needsRecount = false
        }
        if now.leap != knownLeap {
            try ledger.note(leapOf: now)
            knownLeap = now.leap
            // VirusTotal's own count is worth more now.
            doubtsQuota = true
        } else if !rateLimiter.isRolling || now.monotonic < nextRecount {
            return
        }
        rateLimiter.recount(try ledger.spending(at: now), at: now)
        nextRecount = now.monotonic + Self.waitMax
    }

    func adopt(_ options: LookupOptions) {
        guard options != self.options else { return }
        self.options = options
        rateLimiter.adopt(options.limits)
        // What VirusTotal said of the limits went with the old ones.
        doubtsQuota = true
        nextQuotaCheck = .zero
    }

    /// Compares the ledger with VirusTotal's own count, at the start and after a refusal.
    ///
    /// It waits for room in the minute, as every request does.
    func checkQuota(at now: ClockReading, in group: inout DiscardingTaskGroup) throws {
        guard let quotas = source.quotas, doubtsQuota, !isCheckingQuota, now.monotonic >= nextQuotaCheck,
            case .go = rateLimiter.decide(at: now)
        else {
            return
        }
        let check = try ledger.beginCheck(at: now.wall)
        doubtsQuota = false
        isCheckingQuota = true
        nextQuotaCheck = now.monotonic + options.quotaCheckInterval
        rateLimiter.beginCheck(at: now)
        group.addTask { [mailbox] in mailbox.post(.quotas(check: check, await quotas())) }
    }
}

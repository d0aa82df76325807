import Foundation
import Lookup
import Model
import Store
import Support
import TestSupport

// Nothing waits for more than a minute after its cause is over.
extension Simulation {
    private static let patience: Duration = .seconds(60)

    func checkWaits() throws {
        guard daemon != nil, !isDatabaseFull, !areReportsAway, let health = try health() else { return }
        try checkLookups(health)
        try checkFiles()
        try checkClaims()
        try checkReportsAreWritten()
    }

    /// Something can be asked, nothing says why it is not, and it is not asked.
    private func checkLookups(_ health: LookupHealth) throws {
        let wall = believedTime
        try checkReason(health)
        let hasReason = health.waitsUntil.map { $0 > wall } ?? (virusTotal.fault == .wrongKey)
        guard health.requestsInFlight == 0, !hasReason, try inspector.hasAskable(at: wall) else {
            witness.idleSince = nil
            return
        }
        let since = max(
            witness.idleSince ?? now, calmSince, virusTotal.journal.lastActivity ?? Duration.zero)
        witness.idleSince = since
        guard now - since > Self.patience else { return }
        throw Violation(
            "For \((now - since).seconds) s nothing is asked although it could be; the daemon says "
                + "'\(health.waitReason ?? "nothing")' until \(health.waitsUntil.map { "\($0)" } ?? "further notice")."
        )
    }

    /// What the daemon says it waits for is so.
    private func checkReason(_ health: LookupHealth) throws {
        guard let reason = health.waitReason, let until = health.waitsUntil else { return }
        let left = until.timeIntervalSince(believedTime)
        let isOfDay = reason.hasPrefix("the day's")
        if isOfDay || reason.hasPrefix("the month's") {
            let quota = isOfDay ? health.day : health.month
            guard quota.left == 0, left <= (isOfDay ? 1 : 31) * 86_400 + 2 else {
                throw Violation(
                    "Lookups wait for \(left) s: '\(reason)', with \(quota.used) of \(quota.limit) used.")
            }
        } else if left > Self.waitMax.seconds {
            throw Violation("Lookups wait for \(left) s: '\(reason)'.")
        }
    }

    /// The longest pause that VirusTotal can order or a back-off takes, with its jitter.
    private static let waitMax: Duration = .seconds(3_600 * 1.25)

    /// A complete file is taken.
    private func checkFiles() throws {
        for list in lists where !list.isRemoved && list.job == nil && list.isNamedComplete && isInSpool(list)
        {
            // An empty file may be about to be filled.
            let settling: Duration = list.content.isEmpty ? .seconds(60) : .seconds(2)
            let since = max(list.changedAt + settling, calmSince)
            guard now - since > Self.patience else { continue }
            throw Violation(
                "\(list.name) of \(list.user) lies in the spool \((now - since).seconds) s too long.")
        }
    }

    /// A claim is finished.
    private func checkClaims() throws {
        let claims = try FileManager.default.contentsOfDirectory(atPath: folder.path("spool/.hashdrop/work"))
        witness.claims = witness.claims.filter { claims.contains($0.key) }
        for claim in claims {
            let since = max(witness.claims[claim] ?? now, calmSince)
            witness.claims[claim] = since
            guard now - since <= Self.patience else {
                throw Violation("The claim \(claim) has not been finished for \((now - since).seconds) s.")
            }
        }
    }

    /// A job's report exists soon after the job, and the last one soon after its end.
    private func checkReportsAreWritten() throws {
        for job in try inspector.database.jobs.unpublished() {
            if job.state.isFinal, let since = witness.finalSince[job.id] {
                guard now - max(since, calmSince) <= Self.patience else {
                    throw Violation("Job \(job.id) is \(job.state), and its last report is not written.")
                }
            }
            let status = folder.path("reports/\(job.user)/\(job.folderName)/status.json")
            if let since = witness.firstSeen[job.id], now - max(since, calmSince) > Self.patience,
                !FileManager.default.fileExists(atPath: status)
            {
                throw Violation("Job \(job.id) is \(job.state), and has no report at all.")
            }
        }
    }

    // MARK: The end

    /// Whether everything that was dropped has come to its end.
    func isAllOver() throws -> Bool { try unfinished().isEmpty }

    /// What is still to be done, in words.
    func unfinished() throws -> [String] {
        let jobs = try inspector.jobs()
        let work = folder.path("spool/.hashdrop/work")
        return lists.filter { !$0.isRemoved && isInSpool($0) }.map { "\($0.name) lies in the spool" }
            + jobs.filter { !$0.state.isFinal || !$0.isPublished }.map { "job \($0.id) is \($0.state)" }
            + (try FileManager.default.contentsOfDirectory(atPath: work)).map { "the claim \($0)" }
    }

    /// What holds at the end: every list has its job, and every user's index shows them all.
    func checkTheEnd() throws {
        try pass(.seconds(120))
        try check()
        for list in lists where !list.isRemoved && !list.isJobRemoved && list.job == nil {
            throw Violation("\(list.name) of \(list.user) has become no job.")
        }
        let jobs = try inspector.jobs()
        for user in users {
            let path = folder.path("reports/\(user)/index.html")
            let index = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            for job in jobs where job.user == user.description && index?.contains("\(job.id)") != true {
                throw Violation("The index of \(user) does not show job \(job.id).")
            }
        }
        try stopDaemon()
        try check()
        statistics.requests += virusTotal.journal.count
    }
}

import Foundation
import Lookup
import Model
import Support
import TestSupport

// Counts add up.
extension Simulation {
    /// The numbers in a job's row are those of its rows, which are those of its list.
    func checkCounts(_ jobs: [Inspector.JobFacts]) throws {
        let lists = Dictionary(
            lists.compactMap { list in list.job.map { ($0, list) } }, uniquingKeysWith: { first, _ in first })
        for job in jobs {
            func require(_ isTrue: Bool, _ what: String) throws {
                guard isTrue else { throw Violation("Job \(job.id) (\(job.state)): \(what): \(job)") }
            }
            try require(job.hashes == job.rows, "hashCount is not the number of rows")
            try require(job.open == job.openRows, "openCount is not the number of open rows")
            try require(
                job.mentions == job.hashes + job.duplicates, "duplicateCount is not what rows mention again")
            try require(job.state != .done || job.open == 0, "it is done with open rows")
            try require(job.state != .running || job.open > 0, "it runs with nothing open")
            try require(
                job.state.isFinal == (job.finishedAt != nil), "its end has no time, or a time and no end")
            guard job.state != .refused, let list = lists[job.id] else { continue }
            let items = try witness.items[job.id] ?? DroppedList.Items(of: list.content)
            witness.items[job.id] = items
            try require(
                job.hashes == Set(items.hashes).count, "its list has \(Set(items.hashes).count) hashes")
            try require(job.mentions == items.hashes.count, "its list mentions \(items.hashes.count) hashes")
            try require(job.unusable == items.unusable, "its list has \(items.unusable) unusable lines")
        }
        let counted = try inspector.countsByState()
        guard counted == Dictionary(grouping: jobs, by: \.state).mapValues(\.count) else {
            throw Violation("The jobs by state are counted as \(counted), and are \(jobs.map(\.state)).")
        }
        try checkLedger()
    }

    /// The ledger has every request that VirusTotal has counted, and no day above the limit.
    private func checkLedger() throws {
        let days = try inspector.requestDays()
        let counted = virusTotal.journal.lookupsCount
        guard days.values.reduce(0, +) >= counted else {
            throw Violation("The ledger has \(days) requests; VirusTotal has counted \(counted).")
        }
        let limit = scenario.limits.requestsPerDayLimit
        // A clock that was put back writes two days' requests under one.
        guard limit > 0, !witness.hasClockStepped, let (day, count) = days.first(where: { $0.value > limit })
        else { return }
        throw Violation("The ledger has \(count) requests on day \(day); the limit is \(limit).")
    }

    /// A short list of one user is over after a number of requests that the others' lists do not change.
    func checkTurns(_ jobs: [Inspector.JobFacts]) throws {
        let requests = virusTotal.journal.count
        let running = jobs.filter { $0.state == .running }
        for (id, turn) in witness.turns {
            // A further list of the same user may come first, by the user's own turns.
            guard running.count(where: { $0.user == turn.user }) <= 1 else {
                witness.turns[id] = nil
                continue
            }
            let bound = (turn.open + 2) * weights + 2 * scenario.connectionsMax
            let used = try requestsUntilTheEnd(of: id, jobs) - turn.requestsBefore
            guard used <= bound else {
                throw Violation(
                    "Job \(id) of \(turn.user) had \(turn.open) open hashes, and \(used) requests later "
                        + "it was still not over; at most \(bound) are fair.")
            }
            if !running.contains(where: { $0.id == id }) { witness.turns[id] = nil }
        }
        guard virusTotal.fault == nil else { return }
        for job in running where witness.firstSeen[job.id] == nil {
            let isShort = job.openRows <= Self.shortListMax && running.count { $0.user == job.user } == 1
            guard isShort, try inspector.areAllAskable(job.id, at: believedTime),
                try inspector.openHashes(of: job.id).allSatisfy({ virusTotal.catalogue.answer(to: $0) != nil }
                )
            else { continue }
            statistics.count("shortList")
            witness.turns[job.id] = .init(user: job.user, open: job.openRows, requestsBefore: requests)
        }
    }

    /// Requests until a job was over, or until now.
    private func requestsUntilTheEnd(of id: JobID, _ jobs: [Inspector.JobFacts]) throws -> Int {
        guard let finishedAt = jobs.first(where: { $0.id == id })?.finishedAt else {
            return virusTotal.journal.count
        }
        let ago = believedTime.timeIntervalSince(finishedAt)
        return virusTotal.journal.count(until: now - .seconds(ago))
    }

    private static let shortListMax = 5

    private var weights: Int { scenario.users.reduce(0) { $0 + $1.weight } + 1 }
}

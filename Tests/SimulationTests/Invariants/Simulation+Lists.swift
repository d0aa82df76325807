import Foundation
import Model
import Support
import TestSupport

// No list is lost, and none appears twice.
extension Simulation {
    /// Everything that holds after each step.
    func check() throws {
        let jobs = try inspector.jobs()
        try checkLists(jobs)
        try checkCounts(jobs)
        // Before the reports, which remember that they have seen the job.
        try checkTurns(jobs)
        try checkReports(jobs)
        try checkWaits()
        note(jobs)
    }

    private func note(_ jobs: [Inspector.JobFacts]) {
        for job in jobs {
            witness.lastSeen[job.id] = job
            if !job.state.isFinal { witness.openUntil[job.id] = now }
        }
    }

    /// A list as it is found anywhere: by its bytes, or by its name if it has none.
    private struct Mark: Hashable {
        var user: String
        var digest: Data
        var name: String

        init(user: String, digest: Data, name: String) {
            self.user = user
            self.digest = digest
            self.name = digest == Self.empty ? name : ""
        }

        init(_ job: Inspector.JobFacts) {
            self.init(user: job.user, digest: job.digest ?? Data(), name: job.droppedName.display)
        }

        init(_ list: DroppedList) {
            self.init(user: list.user.description, digest: list.digest, name: list.name)
        }

        private static let empty = DroppedList.digest(Data())
    }

    /// Every list that was dropped waits, is claimed or has one job, and its bytes are kept.
    func checkLists(_ jobs: [Inspector.JobFacts]) throws {
        let waiting = try marksInSpool()
        let claims = try marksOfClaims()
        let ids = Set(jobs.map(\.id))
        let jobsByMark = Dictionary(grouping: jobs) { Mark($0) }
        var found: Set<JobID> = []
        for index in lists.indices {
            let list = lists[index]
            let mark = Mark(list)
            let jobs = jobsByMark[mark] ?? []
            found.formUnion(jobs.map(\.id))
            let unborn = claims.filter { $0.value == mark && !ids.contains($0.key) }.map(\.key)
            let places = waiting.count { $0 == mark } + jobs.count + unborn.count
            try check(places, of: list, at: index, jobs, unborn)
            if let job = jobs.first { try checkInput(of: job, list, isClaimed: claims[job.id] != nil) }
        }
        guard let stranger = ids.subtracting(found).min() else { return }
        throw Violation("Job \(stranger) belongs to no list that was dropped.")
    }

    private func check(
        _ places: Int, of list: DroppedList, at index: Int, _ jobs: [Inspector.JobFacts], _ claims: [JobID]
    ) throws {
        let place = "in the spool, as claims \(claims) or as jobs \(jobs.map(\.id))"
        if list.isRemoved || list.isJobRemoved {
            guard places == 0 else {
                throw Violation("\(list.name) was removed and is there again, \(place).")
            }
            return
        }
        if places == 0, let id = list.job, mayBeGone(id) {
            lists[index].isJobRemoved = true
            return
        }
        guard places > 0 else { throw Violation("\(list.name) of \(list.user) is lost.") }
        guard places == 1 else {
            throw Violation("\(list.name) of \(list.user) is \(places) times \(place).")
        }
        guard let job = jobs.first else { return }
        if let earlier = list.job, earlier != job.id {
            throw Violation("\(list.name) was job \(earlier) and is job \(job.id) now.")
        }
        if list.job == nil { statistics.jobs += 1 }
        lists[index].job = job.id
    }

    /// Remembers which jobs there are, before a time in which they may be removed.
    func noteJobs() throws {
        let jobs = try inspector.jobs()
        note(jobs)
        for job in jobs {
            let mark = Mark(job)
            for index in lists.indices where lists[index].job == nil && Mark(lists[index]) == mark {
                lists[index].job = job.id
                statistics.jobs += 1
            }
        }
    }

    /// Whether a job was to be removed: by a command, or because it ended long enough ago.
    private func mayBeGone(_ id: JobID) -> Bool {
        if witness.removed.contains(id) { return true }
        guard scenario.keepJobs > .zero, let seen = witness.lastSeen[id], let end = seen.finishedAt else {
            return false
        }
        if !witness.hasClockStepped {
            return believedTime.timeIntervalSince(end) >= scenario.keepJobs.seconds
        }
        // Dates are worth nothing then: it is old enough if it was that long ago that it was still open.
        return now - (witness.openUntil[id] ?? .zero) >= scenario.keepJobs
    }

    private func marksInSpool() throws -> [Mark] {
        try users.flatMap { user in
            let place = folder.path("spool/\(user)")
            return try FileManager.default.contentsOfDirectory(atPath: place).map { name in
                let bytes = try Data(contentsOf: URL(filePath: "\(place)/\(name)"))
                return Mark(user: user.description, digest: DroppedList.digest(bytes), name: name)
            }
        }
    }

    /// What `claim.json` says of a claim, as far as it is needed.
    private struct Record: Decodable {
        var user: String
        var displayName: String
    }

    /// The claims that hold a file, by the job that each is for.
    private func marksOfClaims() throws -> [JobID: Mark] {
        let work = folder.path("spool/.hashdrop/work")
        var claims: [JobID: Mark] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: work)) ?? [] {
            guard let id = JobID(name) else { continue }
            let bytes = ["input", "dropped"].lazy
                .compactMap { try? Data(contentsOf: URL(filePath: "\(work)/\(name)/\($0)")) }.first
            guard let bytes else { continue }
            let record = try JSONDecoder().decode(
                Record.self, from: Data(contentsOf: URL(filePath: "\(work)/\(name)/claim.json")))
            claims[id] = Mark(
                user: record.user, digest: DroppedList.digest(bytes), name: record.displayName)
        }
        return claims
    }

    private func checkInput(of job: Inspector.JobFacts, _ list: DroppedList, isClaimed: Bool) throws {
        // Until the claim is released it holds the bytes.
        guard !isClaimed, !witness.inputsRead.contains(job.id) else { return }
        let path = reportFolder(of: job) + "/input"
        guard let bytes = FileManager.default.contents(atPath: path), bytes == list.content else {
            throw Violation("The input of job \(job.id) is not what was dropped as \(list.name).")
        }
        witness.inputsRead.insert(job.id)
    }

    /// Where a job's report is now.
    func reportFolder(of job: Inspector.JobFacts) -> String {
        folder.path("\(areReportsAway ? "reports.aside" : "reports")/\(job.user)")
            + "/\(job.id)_\(job.droppedName.pathComponent)"
    }
}

package import Foundation
package import Model

/// A job as its report shows it, without the rows.
package struct ReportInput: Sendable {
    package var job: Job
    package var estimate: JobEstimate
    /// When the report is written; durations are counted from it.
    package var now: Date
    /// Up to which age an answer from the cache was taken.
    package var cacheMaxAge: Duration
    /// The same for kinds of answers that have an age of their own.
    package var agesByKind: [AnswerKind: Duration]
    /// How long the report of a running job is good for: then it is written again.
    package var renewal: Duration
    /// The first of the lines that hold no usable hash; `job.counts.unusableLines` says how many there are.
    package var unusableLines: [UnusableLine]
    /// How the answered rows are spread, over all of them.
    package var statistics: JobStatistics
    /// What is different from an earlier report of the list; nil if there is none to compare it with.
    package var changes: ReportChanges?
    /// Of a finished job whose report has been written before; nil while it is written for the first time.
    package var rewriting: ReportRewriting?

    package init(
        job: Job, estimate: JobEstimate = .init(), now: Date, cacheMaxAge: Duration = .seconds(86_400),
        agesByKind: [AnswerKind: Duration] = [:], renewal: Duration = ReportRenewal.period(runningJobs: 1),
        unusableLines: [UnusableLine] = [], statistics: JobStatistics = .init(),
        changes: ReportChanges? = nil
    ) {
        self.job = job
        self.estimate = estimate
        self.now = now
        self.cacheMaxAge = cacheMaxAge
        self.agesByKind = agesByKind
        self.renewal = renewal
        self.unusableLines = unusableLines
        self.statistics = statistics
        self.changes = changes
    }
}

extension ReportInput {
    /// Names what of the list's own options has no effect, as only the end of the job can tell: engines that
    /// no answer has, and a list to compare with that there is not.
    package mutating func addWarnings(of vendors: VendorCheck) {
        job.options.warnings += vendors.warnings
        if job.options.compare != nil, let reason = changes?.reason { job.options.warnings.append(reason) }
    }
}

/// Source of a job's rows: hands them to `visit`, one after the other, and keeps none. An error of `visit`
/// ends it and is passed on.
package typealias RowSource = (_ visit: (ReportRow) throws -> Void) throws -> Void

/// A job as its user's `index.html` shows it.
package struct JobOverview: Hashable, Sendable {
    package var job: Job
    package var estimate: JobEstimate

    package init(job: Job, estimate: JobEstimate = .init()) {
        self.job = job
        self.estimate = estimate
    }
}

/// Content of a user's `index.html`.
package struct IndexInput: Sendable {
    package var user: UserName
    /// The user's jobs, newest first; those beyond `ReportOptions.indexJobsMax` are not shown.
    package var jobs: [JobOverview]
    /// How many jobs the user has, those that are not in `jobs` among them.
    package var jobsTotal: Int
    package var waiting: [WaitingFile]
    /// What is wrong with the daemon at the moment, in sentences for every user.
    package var troubles: [String]
    /// Whether the daemon stops after it, and says so in `troubles`. That the page is not written again is
    /// then no news.
    package var isLast: Bool
    /// When the page is written.
    package var now: Date

    package init(
        user: UserName, jobs: [JobOverview], jobsTotal: Int? = nil, waiting: [WaitingFile] = [],
        troubles: [String] = [], isLast: Bool = false, now: Date
    ) {
        self.user = user
        self.jobs = jobs
        self.jobsTotal = max(jobsTotal ?? 0, jobs.count)
        self.waiting = waiting
        self.troubles = troubles
        self.isLast = isLast
        self.now = now
    }

    /// Whether something of the user waits or runs.
    package var isLive: Bool { !waiting.isEmpty || !jobs.allSatisfy(\.job.isSettled) }
}

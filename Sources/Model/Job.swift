package import Foundation

/// State of a job.
package enum JobState: String, Hashable, Sendable, CaseIterable {
    /// Accepted; some hashes still need an answer.
    case running
    /// Every hash has its verdict or the reason why there is none.
    case done
    /// The dropped file could not be used; the job's reason says why.
    case refused
    case cancelled

    package var isFinal: Bool { self != .running }
    /// Whether its folder holds the tables: what a cancelled job has was paid for, and is reported too.
    package var hasTables: Bool { self == .done || self == .cancelled }
}

/// One accepted or refused list, as stored; everything that a report's head shows.
package struct Job: Hashable, Sendable {
    package var id: JobID
    package var user: UserName
    package var droppedName: DroppedName
    package var state: JobState
    /// Why it was refused or cancelled, and what to do about it.
    package var reason: String?
    package var receivedAt: Date
    package var finishedAt: Date?
    package var inputBytes: Int64
    /// SHA-256 of the dropped bytes; nil for a refused file that was never read.
    package var inputSHA256: FileHash?
    /// How the file was judged complete, in words: `renamed into the folder`, `quiet for 2 s, no writer`.
    package var evidence: String
    package var counts: JobCounts
    package var requestCost: RequestCost
    /// What was done to the list's text that its author should know of, a sentence each.
    package var remarks: [String]
    /// Whether its final report stands in its folder.
    package var isReported: Bool
    /// What the list itself sets.
    package var options: JobOptions
    /// What is different from the report that its last one was compared with; nil if there was none.
    package var changes: JobChanges?

    /// Whether nothing of it changes any more: it has ended, and its last report stands in its folder. Until
    /// then a page that shows it loads itself again.
    package var isSettled: Bool { state.isFinal && isReported }

    package init(
        id: JobID, user: UserName, droppedName: DroppedName, state: JobState, reason: String? = nil,
        receivedAt: Date, finishedAt: Date? = nil, inputBytes: Int64 = 0,
        inputSHA256: FileHash? = nil, evidence: String = "", counts: JobCounts = .init(),
        requestCost: RequestCost = .init(), remarks: [String] = [], isReported: Bool = false,
        options: JobOptions = .init(), changes: JobChanges? = nil
    ) {
        self.id = id
        self.user = user
        self.droppedName = droppedName
        self.state = state
        self.reason = reason
        self.receivedAt = receivedAt
        self.finishedAt = finishedAt
        self.inputBytes = inputBytes
        self.inputSHA256 = inputSHA256
        self.evidence = evidence
        self.counts = counts
        self.requestCost = requestCost
        self.remarks = remarks
        self.isReported = isReported
        self.options = options
        self.changes = changes
    }

    /// The name of the job's report folder: `<id>_<dropped name, made safe>`.
    package var folderName: String { "\(id)_\(droppedName.pathComponent)" }
}

/// Counts of a job's hashes, by verdict.
package struct JobCounts: Hashable, Sendable {
    /// Different hashes, that is rows of the report.
    package var hashes: Int
    /// Mentions beyond a hash's first.
    package var duplicates: Int
    /// Lines that hold no usable hash although one seems meant.
    package var unusableLines: Int
    /// Digests that are listed and not looked up, by reason; none of the kinds that `unusableLines` counts.
    package var passedOver: [UnusableLine.Kind: Int]
    /// Rows by verdict, the waiting ones among them; they add up to `hashes`.
    package var byVerdict: [Verdict: Int]

    package init(
        hashes: Int = 0, duplicates: Int = 0, unusableLines: Int = 0,
        passedOver: [UnusableLine.Kind: Int] = [:], byVerdict: [Verdict: Int] = [:]
    ) {
        self.hashes = hashes
        self.duplicates = duplicates
        self.unusableLines = unusableLines
        self.passedOver = passedOver
        self.byVerdict = byVerdict
    }

    package subscript(verdict: Verdict) -> Int { byVerdict[verdict, default: 0] }
    /// Rows that have their verdict or their reason.
    package var finished: Int { hashes - self[.waiting] }
}

/// Requests that a job sent, and those that it saved.
package struct RequestCost: Hashable, Sendable {
    /// Requests sent for this job, those that failed and were sent again among them.
    package var requestsSent: Int
    /// Hashes answered from the cache when the job came in.
    package var savedByCache: Int
    /// Hashes answered because another name of the same file was asked, by this or another job.
    package var savedByAlias: Int
    /// Hashes answered by a request that another job needed too and paid for.
    package var savedBySharing: Int
    /// Mentions beyond a hash's first.
    package var savedByDuplicates: Int

    package init(
        requestsSent: Int = 0, savedByCache: Int = 0, savedByAlias: Int = 0,
        savedBySharing: Int = 0, savedByDuplicates: Int = 0
    ) {
        self.requestsSent = requestsSent
        self.savedByCache = savedByCache
        self.savedByAlias = savedByAlias
        self.savedBySharing = savedBySharing
        self.savedByDuplicates = savedByDuplicates
    }

    /// Requests that a tool without cache, aliases and duplicate detection would have sent as well.
    package var requestsSaved: Int {
        savedByCache + savedByAlias + savedBySharing + savedByDuplicates
    }
}

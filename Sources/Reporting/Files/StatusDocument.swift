package import Foundation
import Model

/// Content of `status.json`, a job's receipt; its keys are promised to scripts.
///
/// Every key is always there; what is not (yet) known is null. Dates are ISO 8601 in UTC. `schema` grows when
/// a key changes its meaning or goes, not when one is added.
package struct StatusDocument: Codable, Hashable, Sendable {
    /// The version of these keys.
    package static let currentSchema = 1

    package struct Counts: Codable, Hashable, Sendable {
        /// Different hashes, that is rows; the nine verdicts below add up to it.
        package var hashes: Int
        package var malicious: Int
        package var suspicious: Int
        package var failed: Int
        package var noResults: Int
        package var unknown: Int
        package var clean: Int
        /// Hashes of a cancelled job that were not asked.
        package var notAsked: Int
        package var waiting: Int
        /// Mentions beyond a hash's first.
        package var duplicates: Int
        package var unusableLines: Int
        /// Malicious or suspicious by the engines, and on the allow-list; nil in documents of earlier
        /// versions.
        package var allowed: Int?
        /// Digests that are listed and not looked up, the sum of `StatusDocument.passedOver`; nil in
        /// documents of earlier versions.
        package var passedOver: Int?
    }

    package struct Progress: Codable, Hashable, Sendable {
        package var finished: Int
        package var total: Int
        /// 100 only when every hash has its verdict or its reason, and 100 for a list without hashes.
        package var percent: Int
    }

    package struct Requests: Codable, Hashable, Sendable {
        package var sent: Int
        package var saved: Int
        package var savedByCache: Int
        package var savedByAlias: Int
        package var savedBySharing: Int
        package var savedByDuplicates: Int
    }

    /// What was dropped.
    package struct Input: Codable, Hashable, Sendable {
        package var bytes: Int64
        @OrNull package var sha256: String?
        /// The name's exact bytes, if they are not UTF-8 text that `name` shows unchanged.
        @OrNull package var nameBase64: String?
    }

    /// The report's files, relative to the folder of `status.json`.
    package struct Report: Codable, Hashable, Sendable {
        package var html: String
        /// Null until the table is complete.
        @OrNull package var csv: String?
        /// Null until the rows are complete, and where `reports.json` is off.
        @OrNull package var json: String?
        /// Null until the bundle is complete, and where `reports.stix` is off.
        @OrNull package var stix: String?
        /// Null where the list is not compared with an earlier one.
        @OrNull package var changes: String?
    }

    /// What is different from the report that the list is compared with; the numbers are null where `reason`
    /// says why there is no comparison.
    package struct Changes: Codable, Hashable, Sendable {
        /// The job whose report it is compared with; null if there is none of the name that the list gives.
        @OrNull package var baseline: String?
        @OrNull package var reason: String?
        @OrNull package var new: Int?
        @OrNull package var gone: Int?
        @OrNull package var worse: Int?
        @OrNull package var better: Int?
        @OrNull package var newlyKnown: Int?
        @OrNull package var noLongerKnown: Int?
        @OrNull package var answered: Int?
        @OrNull package var unanswered: Int?
        @OrNull package var label: Int?
        /// Malicious hashes of files that were not malicious, or not in the list.
        @OrNull package var newMalicious: Int?
        /// The first of them, at most `namedMax`.
        @OrNull package var newMaliciousHashes: [String]?
        /// How many differences each cause has made: `list`, `virustotal`, `policy`, `lookup`.
        @OrNull package var byCause: [String: Int]?
        /// The earlier report's policy; its own where the earlier one is of a version before it was kept.
        @OrNull package var baselinePolicy: Policy?

        /// 10.
        package static let namedMax = 10
    }

    /// What the list itself sets; null where it says nothing.
    package struct Options: Codable, Hashable, Sendable {
        @OrNull package var title: String?
        @OrNull package var vendors: [String]?
        /// Up to which age an answer of the cache was taken.
        @OrNull package var freshSeconds: Int?
        /// `low`, `normal` or `urgent`.
        @OrNull package var priority: String?
        /// The most requests that are sent for the list.
        @OrNull package var budget: Int?
        /// When the list should be done.
        @OrNull package var by: Date?
        /// `open`, `met`, `missed` or `cancelled` (before its time), if there is a time to be done by.
        @OrNull package var deadline: String?
        @OrNull package var compare: String?
        @OrNull package var outputs: [String]?
    }

    package var schema: Int
    package var id: String
    package var user: String
    package var name: String
    /// `running`, `done`, `refused` or `cancelled`.
    package var state: String
    /// Why it was refused or cancelled, and what to do about it.
    @OrNull package var reason: String?
    /// What a running job waits for.
    @OrNull package var waitReason: String?
    package var receivedAt: Date
    @OrNull package var finishedAt: Date?
    /// When a running job should be done.
    @OrNull package var expectedAt: Date?
    package var updatedAt: Date
    package var counts: Counts
    /// Digests that are listed and not looked up, by reason (`secret`, `other-thing` …); nil in documents of
    /// earlier versions.
    package var passedOver: [String: Int]?
    /// What was done to the list's text, a sentence each; nil in documents of earlier versions.
    package var remarks: [String]?
    /// What the list itself sets; nil in documents of earlier versions.
    package var options: Options?
    /// What of that was not taken, or has no effect, and why, a sentence each; nil in documents of earlier
    /// versions.
    package var warnings: [String]?
    /// What is different from the list's earlier report; null while it runs and where there is none.
    @OrNull package var changes: Changes?
    /// By which settings answers are called malicious, suspicious or clean; nil in documents of earlier
    /// versions.
    package var policy: Policy?
    package var progress: Progress
    package var requests: Requests
    package var input: Input
    /// How the file was judged complete.
    package var evidence: String
    package var report: Report
    /// Whether the answers come from the simulator.
    package var simulated: Bool
    /// hashdrop's own version.
    package var version: String
}

extension StatusDocument {
    init(_ input: ReportInput, options: ReportOptions) {
        let job = input.job
        schema = Self.currentSchema
        id = job.id.description
        user = job.user.description
        name = job.droppedName.display
        state = job.state.rawValue
        reason = job.reason
        waitReason = job.state.isFinal ? nil : input.estimate.waitReason
        receivedAt = job.receivedAt
        finishedAt = job.finishedAt
        expectedAt = job.state.isFinal ? nil : input.estimate.expectedAt
        updatedAt = input.now
        counts = Counts(job.counts)
        passedOver = Dictionary(
            uniqueKeysWithValues: job.counts.passedOver.map { ($0.key.rawValue, $0.value) })
        remarks = job.remarks
        self.options = Options(job, now: input.now)
        warnings = job.options.warnings
        changes = input.changes.map(Changes.init)
        policy = Policy(options.policy)
        progress = Progress(job.counts)
        requests = Requests(job.requestCost)
        self.input = Input(job)
        evidence = job.evidence
        let hasTables = job.state.hasTables
        report = Report(
            html: ReportWriter.FileName.html, csv: hasTables ? ReportWriter.FileName.csv : nil,
            json: hasTables && options.writesJSON ? ReportWriter.FileName.json : nil,
            stix: hasTables && options.writesSTIX ? ReportWriter.FileName.stix : nil,
            changes: input.changes?.fileName)
        simulated = options.isSimulated
        version = options.version
    }

    /// Reads a `status.json`. Throws a `DecodingError` if it is none or of another schema.
    package init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: json)
    }

    /// The document as text: snake_case keys in alphabetical order, two spaces of indentation.
    func json() throws -> Data {
        try Self.encoder([.prettyPrinted, .sortedKeys]).encode(self) + Data("\n".utf8)
    }

    /// Encoder of the document and of what has its keys.
    package static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = formatting.union(.withoutEscapingSlashes)
        return encoder
    }
}

extension StatusDocument.Counts {
    fileprivate init(_ counts: JobCounts) {
        hashes = counts.hashes
        malicious = counts[.malicious]
        suspicious = counts[.suspicious]
        failed = counts[.failed]
        noResults = counts[.noResults]
        unknown = counts[.unknown]
        clean = counts[.clean]
        notAsked = counts[.notAsked]
        waiting = counts[.waiting]
        duplicates = counts.duplicates
        unusableLines = counts.unusableLines
        allowed = counts[.allowed]
        passedOver = PassedOverText(counts.passedOver).sum
    }
}

extension StatusDocument.Progress {
    fileprivate init(_ counts: JobCounts) {
        // What a cancelled list did not ask is not finished either.
        finished = counts.finished - counts[.notAsked]
        total = counts.hashes
        percent = counts.hashes == 0 ? 100 : Wording.percent(finished, of: counts.hashes)
    }
}

extension StatusDocument.Requests {
    fileprivate init(_ requestCost: RequestCost) {
        sent = requestCost.requestsSent
        saved = requestCost.requestsSaved
        savedByCache = requestCost.savedByCache
        savedByAlias = requestCost.savedByAlias
        savedBySharing = requestCost.savedBySharing
        savedByDuplicates = requestCost.savedByDuplicates
    }
}

extension StatusDocument.Options {
    fileprivate init(_ job: Job, now: Date) {
        let options = job.options
        title = options.title
        vendors = options.vendors
        freshSeconds = options.freshSeconds
        priority = options.priority?.rawValue
        budget = options.budget
        by = options.by
        deadline = job.deadline(at: now)?.rawValue
        compare = options.compare
        outputs = options.outputs?.map(\.rawValue)
    }
}

extension StatusDocument.Changes {
    fileprivate init(_ changes: ReportChanges) {
        baseline = changes.baseline?.description
        reason = changes.reason
        let isCompared = changes.reason == nil
        func count(_ kind: ChangeKind) -> Int? { isCompared ? changes[kind] : nil }
        new = count(.new)
        gone = count(.gone)
        worse = count(.worse)
        better = count(.better)
        newlyKnown = count(.newlyKnown)
        noLongerKnown = count(.noLongerKnown)
        answered = count(.answered)
        unanswered = count(.unanswered)
        label = count(.label)
        newMalicious = isCompared ? changes.newMalicious : nil
        newMaliciousHashes =
            isCompared
            ? changes.first.filter(\.isNewlyMalicious).prefix(Self.namedMax).map(\.hash.hexadecimal) : nil
        byCause =
            isCompared
            ? Dictionary(uniqueKeysWithValues: ChangeCause.allCases.map { ($0.rawValue, changes[$0]) }) : nil
        baselinePolicy = changes.policy.map(StatusDocument.Policy.init)
    }
}

extension StatusDocument.Input {
    fileprivate init(_ job: Job) {
        bytes = job.inputBytes
        sha256 = job.inputSHA256?.hexadecimal
        let isExact = Array(job.droppedName.display.utf8) == job.droppedName.bytes
        nameBase64 = isExact ? nil : Data(job.droppedName.bytes).base64EncodedString()
    }
}

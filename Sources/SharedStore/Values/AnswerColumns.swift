import Foundation
import Model
import PostgreSQL
import Store
import Support

/// Some answers as the parameters of `hashdrop.record` and `hashdrop.import_answers`, one array for each
/// column.
///
/// A parameter's array has no NULLs: the flags say which values are there.
struct AnswerColumns {
    private(set) var flags: [Int] = []
    private var md5s: [[UInt8]] = []
    private var sha1s: [[UInt8]] = []
    private var sha256s: [[UInt8]] = []
    private var lastAnalyses: [Int] = []
    private var firstSubmissions: [Int] = []
    private var names: [String] = []
    private var types: [String] = []
    private var sizes: [Int] = []
    private var threatLabels: [String] = []
    private var reputations: [Int] = []
    private var facts: [[UInt8]] = []
    private var detectionCounts: [Int] = []
    private var opinionCounts: [Int] = []
    private var engines: [[UInt8]] = []

    init(_ endings: [SharedEnding]) {
        for ending in endings { append(ending.answer, wasSent: ending.wasSent) }
    }

    init(_ answers: [LookupAnswer.Answer]) {
        for answer in answers { append(answer, wasSent: true) }
    }

    private mutating func append(_ answer: LookupAnswer.Answer?, wasSent: Bool) {
        let object: FileObject? = if case .known(let object) = answer { object } else { nil }
        var flags = wasSent ? 1 : 0
        if answer != nil { flags |= 2 }
        if object != nil { flags |= 4 }
        func present<Value>(_ value: Value?, _ flag: Int, else absent: Value) -> Value {
            if value != nil { flags |= flag }
            return value ?? absent
        }
        md5s.append(object?.md5.bytes ?? [])
        sha1s.append(object?.sha1.bytes ?? [])
        sha256s.append(object?.sha256.bytes ?? [])
        lastAnalyses.append(present(object?.lastAnalysisDate?.sharedMilliseconds, 8, else: 0))
        firstSubmissions.append(present(object?.firstSubmissionDate?.sharedMilliseconds, 16, else: 0))
        names.append(present(object?.meaningfulName?.storable, 32, else: ""))
        types.append(present(object?.typeDescription?.storable, 64, else: ""))
        sizes.append(present(object?.sizeBytes.map { Int($0) }, 128, else: 0))
        threatLabels.append(present(object?.threatLabel?.storable, 256, else: ""))
        reputations.append(present(object?.reputation, 512, else: 0))
        facts.append(present(object?.facts?.stored, 1_024, else: []))
        detectionCounts.append(object?.detectionCount ?? 0)
        opinionCounts.append(object?.opinionCount ?? 0)
        engines.append(object?.engines.stored ?? [])
        self.flags.append(flags)
    }

    /// In the order of both functions' parameters, from `p_md5s` on.
    var values: [PostgreSQLValue] {
        [
            .bytesArray(md5s), .bytesArray(sha1s), .bytesArray(sha256s), .intArray(lastAnalyses),
            .intArray(firstSubmissions), .textArray(names), .textArray(types), .intArray(sizes),
            .textArray(threatLabels), .intArray(reputations), .bytesArray(facts),
            .intArray(detectionCounts), .intArray(opinionCounts), .bytesArray(engines),
        ]
    }
}

extension PostgreSQLRow {
    /// The answer in a row with the columns of the type `hashdrop.found`; nil where there is none.
    ///
    /// - Parameter now: this site's time, from which the answer's age is counted: clocks of sites differ.
    func answer(now: Date) throws(PostgreSQLError) -> (hash: FileHash, answer: LookupAnswer)? {
        guard let hash = try hashIfAny("hash") else { return nil }
        let askedAt = now - .milliseconds(try get("age", .int))
        guard let sha256 = try hashIfAny("sha256") else {
            return (hash, LookupAnswer(answer: .unknown, askedAt: askedAt))
        }
        guard let md5 = try hashIfAny("md5"), let sha1 = try hashIfAny("sha1") else {
            throw .column(name: "md5", reason: "is NULL of a known file")
        }
        var object = FileObject(md5: md5, sha1: sha1, sha256: sha256)
        object.lastAnalysisDate = try dateIfAny("last_analysis_at")
        object.firstSubmissionDate = try dateIfAny("first_submitted_at")
        object.meaningfulName = try optional("name", .text)
        object.typeDescription = try optional("type", .text)
        if let size = try optional("size_bytes", .int) { object.sizeBytes = Int64(size) }
        object.threatLabel = try optional("threat_label", .text)
        object.reputation = try optional("reputation", .int)
        object.engines = EngineFindings(
            stored: try get("engines", .bytes), detectionCount: try get("detection_count", .int),
            opinionCount: try get("engine_count", .int))
        if let facts = try optional("facts", .bytes) { object.facts = FileFacts(stored: facts) }
        return (hash, LookupAnswer(answer: .known(object), askedAt: askedAt))
    }

    private func hashIfAny(_ column: String) throws(PostgreSQLError) -> FileHash? {
        guard let bytes = try optional(column, .bytes) else { return nil }
        guard let hash = FileHash(bytes: bytes) else {
            throw .column(name: column, reason: "has \(bytes.count) bytes, and is no hash")
        }
        return hash
    }

    private func dateIfAny(_ column: String) throws(PostgreSQLError) -> Date? {
        guard let milliseconds = try optional(column, .int) else { return nil }
        return Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}

extension Date {
    /// Milliseconds since 1970, rounded down, as in SQLite's file.
    var sharedMilliseconds: Int { Int((timeIntervalSince1970 * 1_000).rounded(.down)) }
}

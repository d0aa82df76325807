package import Model
import Support

/// How long an answer counts as fresh, by what it was.
package struct CacheAges: Hashable, Sendable {
    /// For files that VirusTotal knows; default 24 h.
    package var known: Duration
    /// For files that it does not know, or has not scanned yet; default 24 h.
    package var unknown: Duration
    /// For kinds of answers that have an age of their own; by default none has.
    package var byKind: [AnswerKind: Duration]
    /// A file is new for so long after its first submission; default 2 days.
    package var newFor: Duration
    /// The number of detecting engines from which a file is malicious; default 3.
    package var maliciousFrom: Int

    package init(
        known: Duration = .seconds(86_400), unknown: Duration = .seconds(86_400),
        byKind: [AnswerKind: Duration] = [:], newFor: Duration = .seconds(2 * 86_400), maliciousFrom: Int = 3
    ) {
        self.known = known
        self.unknown = unknown
        self.byKind = byKind
        self.newFor = newFor
        self.maliciousFrom = maliciousFrom
    }

    /// The ages for a list: what it says of them goes for answers of all kinds.
    func taking(_ options: JobOptions) -> CacheAges {
        taking(fresh: options.fresh)
    }

    /// The ages for a list that may have one for answers of all kinds.
    package func taking(fresh: Duration?) -> CacheAges {
        fresh.map { CacheAges(known: $0, unknown: $0) } ?? self
    }

    /// SQL for whether the cache holds a fresh answer to `hash`; a file that no engine has scanned is as good
    /// as unknown. The parameters are SQL expressions, the last two the oldest times that are fresh by
    /// `known` and `unknown`.
    func hasFreshAnswer(to hash: String, knownSince: String, unknownSince: String) -> String {
        guard byKind.isEmpty else { return hasFreshAnswerOfItsKind(to: hash, knownSince: knownSince) }
        // The file, which is elsewhere on the disk, is looked at only where it makes a difference.
        return """
            EXISTS (
                SELECT 1 FROM answer
                WHERE answer.hash = \(hash) AND answer.askedAt >= min(\(knownSince), \(unknownSince))
                    AND (answer.askedAt >= max(\(knownSince), \(unknownSince))
                        OR answer.askedAt >= iif(
                            (SELECT engineCount FROM file WHERE file.id = answer.fileID) > 0,
                            \(knownSince), \(unknownSince))))
            """
    }

    // MARK: Kinds with ages of their own

    private static let day: Duration = .seconds(86_400)
    package static let settledMaliciousAfter = day * 30
    package static let settledCleanAfter = day * 365

    /// The same with a look at the file of each answer whose kind makes a difference. Every time is told by
    /// its distance from `knownSince`: there are no more parameters than without kinds.
    private func hasFreshAnswerOfItsKind(to hash: String, knownSince: String) -> String {
        func since(_ age: Duration) -> String { "(\(knownSince) + \((known - age).wholeMilliseconds))" }
        let unknown = byKind[.unknown] ?? unknown
        let ages = [known, unknown] + byKind.values
        let kinds = AnswerKind.allCases.compactMap { kind in
            (kind == .unknown ? unknown : byKind[kind]).map {
                "WHEN \(condition(for: kind)) THEN \(since($0))"
            }
        }
        return """
            EXISTS (
                SELECT 1 FROM answer
                WHERE answer.hash = \(hash) AND answer.askedAt >= \(since(ages.max() ?? known))
                    AND (answer.askedAt >= \(since(ages.min() ?? known))
                        OR answer.askedAt >= ifnull(
                            (SELECT CASE \(kinds.joined(separator: " ")) ELSE \(knownSince) END
                                FROM file WHERE file.id = answer.fileID),
                            \(since(unknown)))))
            """
    }

    /// SQL for whether the answer with a file is of this kind; null, which is no, where a date is missing.
    private func condition(for kind: AnswerKind) -> String {
        let knownFor = "answer.askedAt - file.firstSubmittedAt"
        return switch kind {
        case .unknown: "file.engineCount = 0"
        case .new: "\(knownFor) < \(newFor.wholeMilliseconds)"
        case .suspicious: "file.detectionCount BETWEEN 1 AND \(maliciousFrom - 1)"
        case .settledMalicious:
            """
            file.detectionCount >= \(maliciousFrom)
                AND \(knownFor) > \(Self.settledMaliciousAfter.wholeMilliseconds)
            """
        case .settledClean:
            """
            file.detectionCount = 0 AND \(knownFor) > \(Self.settledCleanAfter.wholeMilliseconds)
                AND file.lastAnalysisAt - file.firstSubmittedAt > \(Self.settledCleanAfter.wholeMilliseconds)
            """
        }
    }
}

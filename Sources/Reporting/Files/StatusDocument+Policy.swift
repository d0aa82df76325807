package import Model

extension StatusDocument {
    /// Policy of a report as its receipt tells it: what `VerdictPolicy` has, but the allow-list, whose
    /// entries are too many.
    package struct Policy: Codable, Hashable, Sendable {
        package struct EngineWord: Codable, Hashable, Sendable {
            package var engine: String
            /// `malicious`, `suspicious` or `clean`.
            package var word: String
        }

        package var maliciousFrom: Int
        package var suspiciousFrom: Int
        package var trustedVendors: [String]
        package var trustedFrom: Int
        package var ignoredEngines: [String]
        package var engineWords: [EngineWord]

        init(_ policy: VerdictPolicy) {
            maliciousFrom = policy.maliciousFrom
            suspiciousFrom = policy.suspiciousFrom
            trustedVendors = policy.trustedVendors
            trustedFrom = policy.trustedFrom
            ignoredEngines = policy.ignoredEngines
            engineWords = policy.engineWords.map { EngineWord(engine: $0.engine, word: $0.word.rawValue) }
        }

        /// The policy with an empty allow-list; nil if a word is none.
        package var verdictPolicy: VerdictPolicy? {
            let words = engineWords.compactMap { own in
                Verdict(rawValue: own.word).map { VerdictPolicy.EngineWord(engine: own.engine, word: $0) }
            }
            guard words.count == engineWords.count else { return nil }
            return VerdictPolicy(
                maliciousFrom: maliciousFrom, suspiciousFrom: suspiciousFrom, trustedVendors: trustedVendors,
                trustedFrom: trustedFrom, ignoredEngines: ignoredEngines, engineWords: words)
        }
    }
}

/// How long an answer counts as fresh, by what it was.
package struct CacheAges: Hashable, Sendable {
    /// For files that VirusTotal knows; default 24 h.
    package var known: Duration
    /// For files that it does not know, or has not scanned yet; default 24 h.
    package var unknown: Duration

    package init(known: Duration = .seconds(86_400), unknown: Duration = .seconds(86_400)) {
        self.known = known
        self.unknown = unknown
    }

    /// SQL for whether the cache holds a fresh answer to `hash`; a file that no engine has scanned is as good
    /// as unknown. The parameters are SQL expressions, the last two the oldest times that are fresh.
    static func hasFreshAnswer(to hash: String, knownSince: String, unknownSince: String) -> String {
        """
        EXISTS (
            SELECT 1 FROM answer LEFT JOIN file ON file.id = answer.fileID
            WHERE answer.hash = \(hash)
                AND answer.askedAt >= iif(file.engineCount > 0, \(knownSince), \(unknownSince)))
        """
    }
}

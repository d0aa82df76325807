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
        // The file, which is elsewhere on the disk, is looked at only where it makes a difference.
        """
        EXISTS (
            SELECT 1 FROM answer
            WHERE answer.hash = \(hash) AND answer.askedAt >= min(\(knownSince), \(unknownSince))
                AND (answer.askedAt >= max(\(knownSince), \(unknownSince))
                    OR answer.askedAt >= iif(
                        (SELECT engineCount FROM file WHERE file.id = answer.fileID) > 0,
                        \(knownSince), \(unknownSince))))
        """
    }
}

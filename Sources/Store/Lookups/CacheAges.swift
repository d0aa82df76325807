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
}

import Model
import Store

/// How old an answer may be that serves a list, as the shared database knows ages: by two kinds of answers.
struct Freshness: Hashable, Sendable {
    var known: Duration
    var unknown: Duration

    /// Of ages by more kinds the shortest counts for all files that VirusTotal knows: rather ask once more
    /// than serve what is too old.
    init(_ ages: CacheAges, listsOwn fresh: Duration?) {
        if let fresh {
            (known, unknown) = (fresh, fresh)
            return
        }
        known = ages.byKind.filter { $0.key != .unknown }.values.reduce(ages.known, min)
        unknown = ages.byKind[.unknown] ?? ages.unknown
    }
}

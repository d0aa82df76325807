package import Model

/// What a list holds, counted while it is read.
///
/// Each digest that the parser saw is counted once: as a hash, as repeated, or as listed and not looked up.
package struct ListSummary: Hashable, Sendable {
    /// Different hashes by kind.
    package private(set) var hashes: [FileHash.Kind: Int] = [:]
    /// Mentions of hashes that were there before.
    package private(set) var repeated = 0
    /// Digests that are listed and not looked up, and lines that hold something like one, by reason.
    package private(set) var unusable: [UnusableLine.Kind: Int] = [:]
    /// Records with several names of one file.
    package private(set) var groups = 0
    /// Requests that are sent if neither the cache nor VirusTotal knows anything.
    package private(set) var requestsMax = 0
    /// Requests that are sent if the cache knows nothing and VirusTotal everything.
    package private(set) var requestsMin = 0
    private var seen: Set<FileHash> = []

    package init() {}

    /// Different hashes.
    package var hashCount: Int { seen.count }

    package mutating func add(_ item: HashListItem) {
        switch item {
        case .entry(let entry): add(entry)
        case .unusable(let line): unusable[line.kind, default: 0] += max(1, line.digests)
        }
    }

    private mutating func add(_ entry: HashListEntry) {
        var new: [FileHash] = []
        for hash in entry.hashes {
            if seen.insert(hash).inserted {
                hashes[hash.kind, default: 0] += 1
                new.append(hash)
            } else {
                repeated += 1
            }
        }
        guard !new.isEmpty else { return }
        let isOneOfEachKind = Set(new.map(\.kind)).count == new.count
        if entry.namesOneFile, new.count > 1 { groups += 1 }
        requestsMax += entry.namesOneFile && isOneOfEachKind ? 1 : new.count
        // Names that may be one file's are asked one after the other: the first answer may bring the rest.
        requestsMin += isOneOfEachKind ? 1 : new.count
    }
}

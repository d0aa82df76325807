import Model

/// A digest of a record that is a file's.
struct FileDigest: Hashable {
    var hash: FileHash
    var line: Int
    /// Whether a label names its algorithm and the value is the digest and nothing else.
    var isLabelled: Bool
    /// Whose file it is: the label's words that say so.
    var subject: [String]

    /// The record's digests, those together that may be names of one file.
    ///
    /// If there is one of each kind, and none is said to be another file's, all are together. Otherwise
    /// labelled digests of the same subject are, and every other digest is for itself. The same digest again
    /// is where it was first.
    static func grouped(_ digests: [FileDigest]) -> [[FileDigest]] {
        let distinct = Dictionary(grouping: digests, by: \.hash)
        if Set(distinct.keys.map(\.kind)).count == distinct.count, Set(digests.map(\.subject)).count <= 1 {
            return digests.isEmpty ? [] : [digests]
        }
        var groups: [[FileDigest]] = []
        var places: [[String]: Int] = [:]
        for digest in digests {
            if let same = groups.firstIndex(where: { $0.contains { $0.hash == digest.hash } }) {
                groups[same].append(digest)
            } else if digest.isLabelled, let place = places[digest.subject],
                !groups[place].contains(where: { $0.hash.kind == digest.hash.kind })
            {
                groups[place].append(digest)
            } else {
                if digest.isLabelled, places[digest.subject] == nil { places[digest.subject] = groups.count }
                groups.append([digest])
            }
        }
        return groups
    }

    /// The entry of a group; its labels may say that its digests are names of one file.
    static func entry(_ group: [FileDigest], comment: String?) -> HashListEntry {
        let hashes = group.map(\.hash)
        let labelled = Set(group.filter(\.isLabelled).map(\.hash))
        return HashListEntry(
            line: group[0].line, hashes: hashes, comment: comment,
            namesOneFile: labelled.count > 1 && labelled.count == Set(hashes).count)
    }
}

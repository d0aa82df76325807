package import Model

/// A part of a list, in memory until it is written.
package struct ImportBatch: Sendable {
    /// A hash and where it stands.
    struct Row: Sendable {
        /// Its place in the slice, counted from 1.
        var offset: Int
        var hash: FileHash
        /// The hash that is asked in its place first.
        var primary: FileHash?
        /// Whether the list's structure says that both are names of one file.
        var isPrimarysFile: Bool
        var line: Int
        var comment: String?
    }

    private(set) var rows: [Row] = []
    private(set) var unusableLines: [UnusableLine] = []

    package init() {}

    /// Hashes, repeated ones among them.
    package var mentions: Int { rows.count }
    /// Hashes and unusable lines.
    package var count: Int { rows.count + unusableLines.count }

    /// A line with hashes. Where it holds at most one of each kind they are taken for names of one file: the
    /// strongest is the primary, and the others wait for its answer.
    package mutating func add(_ entry: HashListEntry) {
        let kinds = Set(entry.hashes.map(\.kind))
        let primary =
            kinds.count == entry.hashes.count && kinds.count > 1
            ? entry.hashes.max { $0.kind < $1.kind } : nil
        for hash in entry.hashes {
            let isAlias = primary != nil && hash != primary
            rows.append(
                Row(
                    offset: rows.count + 1, hash: hash, primary: isAlias ? primary : nil,
                    isPrimarysFile: isAlias && entry.namesOneFile, line: entry.line, comment: entry.comment))
        }
    }

    package mutating func add(_ line: UnusableLine) { unusableLines.append(line) }
}

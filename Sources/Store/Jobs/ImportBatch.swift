package import Model

/// A part of a list, in memory until it is written.
package struct ImportBatch: Sendable {
    /// Every mention of a hash, whose position is its place in this batch.
    private var rows: [ListedHash] = []
    private(set) var hasAliases = false
    /// The MD5 and the SHA-1 that a stronger hash was first named with in this batch.
    private var names: [FileHash: [FileHash.Kind: FileHash]] = [:]
    private(set) var unusableLines: [UnusableLine] = []
    /// Lines in which a hash was probably meant.
    private(set) var unusableCount = 0
    /// Digests that are listed and not looked up, by reason.
    private(set) var passedOver: [UnusableLine.Kind: Int] = [:]
    /// What was done to the list's text, a sentence each.
    package var remarks: [String] = []
    /// What the list itself sets; in its last part.
    package var options: JobOptions?

    package init() {}

    /// Its hashes as those of a list that has named `mentions` before.
    func hashes(after mentions: Int) -> [ListedHash] {
        rows.map { row in
            var row = row
            row.position += mentions
            return row
        }
    }

    /// Hashes, repeated ones among them.
    package var mentions: Int { rows.count }
    /// Hashes and unusable lines.
    package var count: Int { rows.count + unusableLines.count }

    /// A line with hashes. Where it holds at most one of each kind they are taken for names of one file: the
    /// strongest is the primary, and the others wait for its answer. A file has one MD5: further ones beside
    /// the same primary are asked for themselves, so that no answer has thousands of followers.
    package mutating func add(_ entry: HashListEntry) {
        if entry.hashes.count == 1 {
            rows.append(
                ListedHash(
                    hash: entry.hashes[0], position: rows.count + 1, isPrimarysFile: false, line: entry.line,
                    comment: entry.comment))
            return
        }
        let distinct = Set(entry.hashes)
        let primary =
            Set(distinct.map(\.kind)).count == distinct.count && distinct.count > 1
            ? entry.hashes.max { $0.kind < $1.kind } : nil
        for hash in entry.hashes {
            let isAlias = primary.map { $0 != hash && isName(hash, of: $0) } ?? false
            hasAliases = hasAliases || isAlias
            rows.append(
                ListedHash(
                    hash: hash, position: rows.count + 1, primary: isAlias ? primary : nil,
                    isPrimarysFile: isAlias && entry.namesOneFile, line: entry.line, comment: entry.comment))
        }
    }

    private mutating func isName(_ hash: FileHash, of primary: FileHash) -> Bool {
        let first = names[primary, default: [:]][hash.kind]
        if first == nil { names[primary, default: [:]][hash.kind] = hash }
        return first.map { $0 == hash } ?? true
    }

    package mutating func add(_ line: UnusableLine) {
        unusableLines.append(line)
        if line.kind.isProbablyMeant {
            unusableCount += 1
        } else {
            passedOver[line.kind, default: 0] += max(1, line.digests)
        }
    }
}

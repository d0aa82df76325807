package import Model

/// What a list holds that is read and not looked up, in words: the same on every page and in every command.
package struct PassedOverText {
    private let counts: [(kind: UnusableLine.Kind, count: Int)]

    /// - Parameter counts: digests by reason (`JobCounts.passedOver`).
    package init(_ counts: [UnusableLine.Kind: Int]) {
        self.counts = UnusableLine.Kind.allCases.compactMap { kind in
            guard let count = counts[kind], count > 0 else { return nil }
            return (kind: kind, count: count)
        }
    }

    /// - Parameter names: the same by the reasons' names, as `status.json` has them; nil in a document of an
    ///   earlier version.
    package init(named names: [String: Int]?) {
        var counts: [UnusableLine.Kind: Int] = [:]
        for kind in UnusableLine.Kind.allCases { counts[kind] = names?[kind.rawValue] }
        self.init(counts)
    }

    /// How many digests.
    package var sum: Int { counts.reduce(0) { $0 + $1.count } }

    /// For example `2 of other things than a file, 1 placeholder`.
    package var reasons: String {
        counts.map { "\(Wording.number($0.count)) \($0.kind.words($0.count))" }.joined(separator: ", ")
    }

    /// How a list's sum begins: `2 hashes`, or `nothing could be looked up: 3 digests (3 commented out)`.
    package func opening(hashes: Int) -> String {
        guard hashes == 0, sum > 0 else { return Wording.count(hashes, "hash", "hashes") }
        return "nothing could be looked up: \(Wording.count(sum, "digest", "digests")) (\(reasons))"
    }

    /// How it ends: `; 3 other digests not looked up (3 commented out)`; empty if there is none, or if the
    /// opening has said it.
    package func ending(hashes: Int) -> String {
        guard hashes > 0, sum > 0 else { return "" }
        return "; \(Wording.count(sum, "other digest", "other digests")) not looked up (\(reasons))"
    }
}

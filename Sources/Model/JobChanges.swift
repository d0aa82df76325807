/// How many hashes of a list are different from the report that it was compared with, as lists of jobs tell.
package struct JobChanges: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case new, gone, worse, better
        /// Neither worse nor better: first known, no longer known, answered …
        case other
    }

    /// Kinds without any are left out.
    package let counts: [Kind: Int]

    package init(_ counts: [Kind: Int]) { self.counts = counts.filter { $0.value > 0 } }
}

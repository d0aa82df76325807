package import Foundation

/// In how many earlier lists of the same user a file stood, and since when.
package struct SeenBefore: Hashable, Sendable {
    /// How many of them have named it, those that were removed since among them.
    package var lists: Int
    /// When the first of them was received; nil if there is none.
    package var since: Date?

    package static let never = SeenBefore(lists: 0, since: nil)

    package init(lists: Int, since: Date?) {
        self.lists = lists
        self.since = since
    }

    /// The same of two names of one file. Lists often hold several names of a file, so that the larger number
    /// is certain, and the sum is not.
    package func joined(with other: SeenBefore) -> SeenBefore {
        let times = [since, other.since].compactMap(\.self)
        return SeenBefore(lists: max(lists, other.lists), since: times.min())
    }
}

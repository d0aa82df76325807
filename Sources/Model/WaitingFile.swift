package import Foundation

/// An entry of a user's folder that is not picked up (yet), and why.
package struct WaitingFile: Hashable, Sendable {
    package var name: DroppedName
    /// In words for its owner, for example `still being written`.
    package var reason: String
    package var firstSeenAt: Date

    package init(name: DroppedName, reason: String, firstSeenAt: Date) {
        self.name = name
        self.reason = reason
        self.firstSeenAt = firstSeenAt
    }
}

import Foundation

/// Changes of the world that are still to come.
struct WorldScript {
    /// By their moments; those of one moment in the order in which they were given.
    private var coming: [(moment: Date, change: WorldChange)] = []

    mutating func add(_ change: WorldChange, at now: Date) {
        let moment = change.from ?? now
        let place = coming.firstIndex { $0.moment > moment } ?? coming.endIndex
        coming.insert((moment, change), at: place)
    }

    /// Takes out the changes whose moment has come, the earliest first.
    mutating func takeDue(at now: Date) -> [(moment: Date, change: WorldChange)] {
        guard let first = coming.first, first.moment <= now else { return [] }
        let end = coming.firstIndex { $0.moment > now } ?? coming.endIndex
        defer { coming.removeFirst(end) }
        return Array(coming[..<end])
    }
}

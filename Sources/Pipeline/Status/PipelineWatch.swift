package import Support

/// Watch over the pipeline's loops: tells, from one look to the next, which of them no longer turn.
///
/// Each look wakes the loops; one that has not taken its events by the next look works too long at one thing,
/// or hangs.
package struct PipelineWatch: Sendable {
    private let loops: [(name: String, loop: any ServiceLoop)]
    /// The loops' rounds at the last look; nil before the first.
    private var rounds: [Int]?

    package init(_ loops: [(name: String, loop: any ServiceLoop)]) { self.loops = loops }

    /// The names of the loops that have not turned since the last look; of none at the first.
    package mutating func look() -> [String] {
        let now = loops.map(\.loop.rounds)
        let still = rounds.map { before in
            loops.indices.filter { before[$0] == now[$0] }.map { loops[$0].name }
        }
        rounds = now
        for (_, loop) in loops { loop.wake() }
        return still ?? []
    }

    /// Whether each loop has taken its events at least once: the start is over.
    package var haveAllTurned: Bool { loops.allSatisfy { $0.loop.rounds > 0 } }
}

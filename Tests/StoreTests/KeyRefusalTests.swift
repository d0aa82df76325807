import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What the ledger tells of the key.
@Suite(.limited(.processor))
struct KeyRefusalTests {
    private let folder = TemporaryFolder()
    private let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        try database.ledger.goOn(at: Samples.reading(Samples.now), bootID: "a")
    }

    /// Writes requests that end so, a minute each, beginning with minute 0.
    private func end(_ outcomes: [String]) throws {
        for (minute, outcome) in outcomes.enumerated() {
            let time = Samples.now + Double(minute * 60)
            let number = try database.ledger.begin(Samples.hash(minute), at: time)
            try database.ledger.end(number, outcome: outcome, at: Samples.reading(time))
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var outcomes: [String]
        /// The minutes of the first and the last refusal.
        var refused: [Int]?
        var testDescription: String { outcomes.joined(separator: ", ") }
    }

    @Test(arguments: [
        Row(outcomes: [], refused: nil), Row(outcomes: ["200", "404"], refused: nil),
        Row(outcomes: ["401"], refused: [0, 0]), Row(outcomes: ["200", "401", "401"], refused: [1, 2]),
        Row(outcomes: ["401", "404"], refused: nil), Row(outcomes: ["401", "200", "401"], refused: [2, 2]),
        // These say nothing of the key.
        Row(outcomes: ["401", "no answer", "503", "429", "hashdrop ended"], refused: [0, 0]),
        Row(outcomes: ["403", "503"], refused: nil),
    ])
    func aRefusalHoldsUntilAnAnswer(_ row: Row) throws {
        try end(row.outcomes)
        let refusal = row.refused.map { minutes in
            KeyRefusal(
                first: Samples.now + Double(minutes[0] * 60), last: Samples.now + Double(minutes[1] * 60))
        }
        #expect(try database.ledger.keyRefusal() == refusal)
        #expect(try HashdropDatabase.look(at: folder.path("test.sqlite")).keyRefusal == refusal)
    }
}

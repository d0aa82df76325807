import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

extension SharedFixture {
    /// The one number of a statement, which names it `value`.
    func number(_ sql: String) async throws -> Int {
        try #require(try await owner.query(sql).first).get("value", .int)
    }
}

/// Wishes for invented files of these numbers.
func wishes(
    _ numbers: some Sequence<Int>, user: String = "alice", age: Duration = .seconds(86_400)
) -> [SharedWish] {
    numbers.map {
        SharedWish(hash: Samples.hash($0), user: Samples.user(user), ages: .upTo(age))
    }
}

extension CacheAges {
    /// One age for answers of all kinds.
    static func upTo(_ age: Duration) -> CacheAges { CacheAges(known: age, unknown: age) }
}

extension SharedDatabase {
    /// Reserves the files, and returns the tickets of those that may be sent, by number.
    func tickets(_ numbers: some Collection<Int>, age: Duration = .seconds(86_400)) async throws -> [Int:
        Int64]
    {
        let grants = try await reserve(wishes(numbers, age: age))
        var tickets: [Int: Int64] = [:]
        for (number, grant) in zip(numbers, grants) {
            if case .send(let ticket) = grant { tickets[number] = ticket }
        }
        return tickets
    }

    /// Records that VirusTotal knows none of these files.
    func recordUnknown(_ tickets: [Int: Int64], at reading: ClockReading) async throws {
        try await record(
            tickets.map {
                SharedEnding(
                    ticket: $0.value, hash: Samples.hash($0.key), outcome: "404", answer: .unknown,
                    endedAt: reading)
            })
    }

    /// What becomes of the wish for one file.
    func grant(_ number: Int, age: Duration = .seconds(86_400)) async throws -> SharedGrant {
        try #require(try await reserve(wishes([number], age: age)).first)
    }
}

func failure<Value>(of body: () async throws -> Value) async -> SharedError? {
    await #expect(throws: SharedError.self) { _ = try await body() }
}

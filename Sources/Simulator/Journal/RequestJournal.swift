package import Foundation
package import Model

/// Journal of all requests that reached the simulator, as evidence of what a client asked.
package struct RequestJournal: Sendable {
    /// The newest requests, oldest first.
    package private(set) var entries: [JournalEntry] = []
    /// How many requests came in all, the forgotten ones among them.
    package private(set) var requestCount = 0
    private let entriesMax: Int

    init(entriesMax: Int) { self.entriesMax = max(1, entriesMax) }

    /// How many of the oldest requests are no longer among `entries`.
    package var forgottenCount: Int { requestCount - entries.count }

    mutating func append(_ make: (_ sequence: Int) -> JournalEntry) -> JournalEntry {
        // Dropping a quarter at a time keeps the cost of an entry constant.
        if entries.count >= entriesMax { entries.removeFirst(max(1, entriesMax / 4)) }
        requestCount += 1
        let entry = make(requestCount)
        entries.append(entry)
        return entry
    }

    mutating func removeAll() {
        entries = []
        requestCount = 0
    }

    /// The file lookups.
    package var lookups: [JournalEntry] { entries.filter { $0.endpoint == .files } }

    /// The lookups of exactly this hash, as it was asked.
    package func requests(for hash: FileHash) -> [JournalEntry] { lookups.filter { $0.hash == hash } }

    /// The most lookups in any span of so many seconds; a request exactly at its end is outside.
    package func lookupsMax(inAny seconds: TimeInterval = 60) -> Int {
        let times = lookups.map(\.time).sorted()
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while time.timeIntervalSince(times[first]) >= seconds { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}

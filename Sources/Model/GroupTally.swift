/// Count of rows by one value, in search of those that several files share.
///
/// Memory is bounded: some 6 MiB at most.
struct GroupTally: Sendable {
    /// So many different values are compared; the rows of further ones are only counted.
    static let valuesMax = 20_000

    /// A row that may stand for its group.
    struct Example: Sendable {
        /// The smaller, the more severe.
        var order: UInt64
        /// As the list names the file.
        var hash: FileHash
        /// By which files are told apart, whatever the list names them by.
        var file: FileHash
    }

    private struct Group: Sendable {
        var tally = VerdictTally()
        /// Of different files, the most severe first.
        var examples: [Example] = []

        mutating func add(_ tally: VerdictTally, _ example: Example) {
            self.tally += tally
            if let known = examples.firstIndex(where: { $0.file == example.file }) {
                guard example.order < examples[known].order else { return }
                examples.remove(at: known)
            }
            let place = examples.firstIndex { example.order < $0.order } ?? examples.endIndex
            guard place < RowGroups.examplesMax else { return }
            if examples.count == RowGroups.examplesMax { examples.removeLast() }
            examples.insert(example, at: place)
        }

        /// Whether it has more malicious rows than another, else more suspicious ones, else more of any;
        /// nil if they have the same numbers.
        func isMoreSevere(than other: Group) -> Bool? {
            let pairs = [
                (tally.malicious, other.tally.malicious), (tally.suspicious, other.tally.suspicious),
                (tally.total, other.tally.total),
            ]
            return pairs.first { $0 != $1 }.map { $0 > $1 }
        }
    }

    private var groups: [String: Group] = [:]
    private var uncompared = 0

    /// Counts a row with this value; the order of the rows does not matter.
    mutating func add(_ value: String, _ tally: VerdictTally, _ example: Example) {
        if groups[value]?.add(tally, example) != nil { return }
        guard groups.count < Self.valuesMax else {
            uncompared += tally.total
            return
        }
        var group = Group()
        group.add(tally, example)
        groups[value] = group
    }

    /// The groups of two files or more; equals in the order of their values' bytes.
    var shared: RowGroups {
        let shared = groups.filter { $0.value.examples.count > 1 }.sorted {
            $0.value.isMoreSevere(than: $1.value)
                ?? $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }
        let top = shared.prefix(RowGroups.topMax).map {
            RowGroup(value: $0.key, tally: $0.value.tally, examples: $0.value.examples.map(\.hash))
        }
        return RowGroups(top: top, total: shared.count, uncompared: uncompared)
    }
}

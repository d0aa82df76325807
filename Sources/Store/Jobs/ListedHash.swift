import Model

/// A distinct hash of a list, and where it stands first.
struct ListedHash: Sendable {
    var hash: FileHash
    /// Its place among the list's mentions, counted from 1.
    var position: Int
    /// How often the list names it.
    var occurrences = 1
    /// The hash that is asked in its place first.
    var primary: FileHash?
    /// Whether the list's structure says that both are names of one file.
    var isPrimarysFile: Bool
    var line: Int
    var comment: String?

    /// How many parameters `bind` binds: the hash, its place, occurrences, the primary, whether that names
    /// the same file, the line and the comment.
    static let columns = 7

    func bind(to statement: RawStatement, from first: Int32) {
        statement.bind(hash, at: first)
        statement.bind(position, at: first + 1)
        statement.bind(occurrences, at: first + 2)
        statement.bind(primary, at: first + 3)
        statement.bind(isPrimarysFile ? 1 : 0, at: first + 4)
        statement.bind(line, at: first + 5)
        statement.bind(comment?.storable, at: first + 6)
    }

    /// The distinct hashes in the order of their bytes, which is the table's: a slice of them touches few of
    /// its pages. What is said of a hash is what is said where it stands first.
    static func merged(_ mentions: [ListedHash]) -> [ListedHash] {
        // The first bytes, which differ nearly always, are sorted rather than the rows, which are long.
        var places = mentions.indices.map { (prefix: mentions[$0].hash.prefix, index: $0) }
        places.sort { a, b in
            if a.prefix != b.prefix { return a.prefix < b.prefix }
            let (first, second) = (mentions[a.index], mentions[b.index])
            return (first.hash, first.position) < (second.hash, second.position)
        }
        var distinct: [ListedHash] = []
        distinct.reserveCapacity(places.count)
        for place in places {
            let mention = mentions[place.index]
            if let last = distinct.indices.last, distinct[last].hash == mention.hash {
                distinct[last].occurrences += mention.occurrences
            } else {
                distinct.append(mention)
            }
        }
        return distinct
    }
}

import Foundation
import GRDB
import Model

/// Reader of what a user's memory (`JobStore.remember`) tells of hashes: a look-up by the primary key for
/// each name of a file, of the kinds that the user's lists have named.
struct HashMemory {
    private let kinds: [FileHash.Kind]
    private let statement: RawStatement

    /// Nil if nothing is in it.
    init?(of user: String, in db: Database) throws {
        let isThere = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM memory WHERE user = ? AND bytes = ?)")
        kinds = try FileHash.Kind.allCases.filter { kind in
            try Bool.fetchOne(isThere, arguments: [user, kind.byteCount]) ?? false
        }
        if kinds.isEmpty { return nil }
        statement = try RawStatement(
            "SELECT lists, since FROM memory WHERE user = ?1 AND bytes = ?2 AND hash = ?3", in: db)
        statement.bind(user, at: 1)
    }

    /// What it tells of a file.
    ///
    /// - Parameter names: the file's names as far as they are known, `hash` among them or not.
    func seen(_ hash: FileHash, named names: [FileHash]) throws -> SeenBefore {
        var seen = try lookUp(hash)
        for name in names where name != hash { seen = seen.joined(with: try lookUp(name)) }
        return seen
    }

    private func lookUp(_ name: FileHash) throws -> SeenBefore {
        guard kinds.contains(name.kind) else { return .never }
        var seen = SeenBefore.never
        statement.bind(name.kind.byteCount, at: 2)
        statement.bind(name, at: 3)
        try statement.run { seen = SeenBefore(lists: $0.integer(0), since: $0.date(1)) }
        return seen
    }
}

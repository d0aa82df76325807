import GRDB

/// Error of the database: it cannot be used, or cannot do what was asked.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The file cannot be opened, created or written.
        case cannotOpen
        /// The file is not hashdrop's database, or is damaged.
        case notOurs
        /// Made by a newer hashdrop.
        case tooNew
        /// Filled from another endpoint than the configured one.
        case wrongEndpoint
        case noSuchUser
        case userExists
        case noSuchJob
    }

    package var kind: Kind
    /// One sentence that names the thing, the reason and what to do.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// A hash whose length no constraint allows.
    static func damagedHash(bytes: Int) -> StoreError {
        StoreError(.notOurs, "The database holds a hash of \(bytes) bytes; restore a backup.")
    }
}

/// Why something failed, in words for a status or a log: SQLite's own end with the whole statement, which
/// says nothing to a user.
package func sentence(for error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return switch error.resultCode {
    case .SQLITE_FULL: "the database's disk is full; make room on it"
    case .SQLITE_IOERR: "the database cannot be read or written; its disk may be full or faulty"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "another program holds the database; end it, or wait for it"
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        "the database may not be written; look at the owner and the modes of its files and its disk"
    case .SQLITE_CANTOPEN: "the database cannot be opened; look at its folder and its disk"
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the database is damaged; stop hashdrop and restore a backup"
    default: error.message ?? "the database failed (SQLite error \(error.resultCode.rawValue))"
    }
}

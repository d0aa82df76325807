import GRDB
package import Support

/// Error of the database: it cannot be used, or cannot do what was asked.
package struct StoreError: ExplainedError, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// There is no file.
        case missing
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

    package let kind: Kind
    package let explanation: Explanation
    /// One sentence that names the thing, the reason and what to do.
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
        explanation = Explanation(sentence: description)
    }

    package init(_ kind: Kind, _ explanation: Explanation) {
        self.kind = kind
        self.explanation = explanation
        description = explanation.description
    }

    /// A hash whose length no constraint allows.
    static func damagedHash(bytes: Int) -> StoreError {
        StoreError(.notOurs, "The database holds a hash of \(bytes) bytes; restore a backup.")
    }
}

/// Why something failed, in words for a status or a log: SQLite's own end with the whole statement, which
/// says nothing to a user.
package func sentence(for error: any Error) -> String {
    (error as? DatabaseError).map { explanation(of: $0).text } ?? "\(error)"
}

/// The same with what to do about it apart, as far as the error tells them apart.
package func explanation(of error: any Error) -> Explanation {
    switch error {
    case let error as any ExplainedError: error.explanation
    case let error as DatabaseError: explanation(of: error)
    default: Explanation(sentence: "\(error)")
    }
}

private func explanation(of error: DatabaseError) -> Explanation {
    switch error.resultCode {
    case .SQLITE_FULL: Explanation("the database's disk is full", advice: "make room on it")
    case .SQLITE_IOERR:
        Explanation("the database cannot be read or written", advice: "its disk may be full or faulty")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
        Explanation("another program holds the database", advice: "end it, or wait for it")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        Explanation(
            "the database may not be written",
            advice: "look at the owner and the modes of its files and its disk")
    case .SQLITE_CANTOPEN:
        Explanation("the database cannot be opened", advice: "look at its folder and its disk")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        Explanation("the database is damaged", advice: "stop hashdrop and restore a backup")
    default:
        Explanation(error.message ?? "the database failed (SQLite error \(error.resultCode.rawValue))")
    }
}

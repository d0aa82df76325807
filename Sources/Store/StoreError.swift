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
}

package import Foundation
import GRDB
package import Model

/// A user: an account with a drop folder.
package struct User: Hashable, Sendable {
    package var name: UserName
    package var isAdministrator: Bool
    /// Turns in the queue relative to others: 1 to 100, default 1.
    package var weight: Int
    /// scrypt, in the form that the password code writes; nil for a user who cannot log in.
    package var passwordHash: String?
    package var createdAt: Date

    package init(
        name: UserName, isAdministrator: Bool = false, weight: Int = 1, passwordHash: String? = nil,
        createdAt: Date
    ) {
        self.name = name
        self.isAdministrator = isAdministrator
        self.weight = weight
        self.passwordHash = passwordHash
        self.createdAt = createdAt
    }
}

/// The table of users.
package struct UserStore: Sendable {
    let pool: MeteredPool

    /// All users, by name.
    package func all() throws -> [User] {
        try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM user ORDER BY name").compactMap(Self.user)
        }
    }

    package func user(_ name: UserName) throws -> User? {
        try pool.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM user WHERE name = ?", arguments: [name.description])
                .flatMap(Self.user)
        }
    }

    /// - Throws: `StoreError` of kind `userExists`.
    package func add(_ user: User) throws { try add([user]) }

    /// Adds users, all of them or none: in one transaction.
    ///
    /// - Throws: `StoreError` of kind `userExists`.
    package func add(_ users: [User]) throws {
        try pool.write { db in
            let statement = try db.makeStatement(
                sql: """
                    INSERT OR IGNORE INTO user (name, isAdministrator, weight, passwordHash, createdAt)
                    VALUES (?, ?, ?, ?, ?)
                    """)
            for user in users {
                let name = user.name.description
                try statement.execute(arguments: [
                    name, user.isAdministrator, user.weight, user.passwordHash, user.createdAt.milliseconds,
                ])
                guard db.changesCount == 1 else {
                    throw StoreError(
                        .userExists,
                        "There is already a user '\(name)'; see 'hashdrop user list'.")
                }
            }
        }
    }

    /// Sets another password, or none, and ends the user's sessions at the web page; no browser is known any
    /// more.
    ///
    /// - Throws: `StoreError` of kind `noSuchUser`.
    package func setPasswordHash(_ hash: String?, of name: UserName) throws {
        try change(
            "UPDATE user SET passwordHash = ? WHERE name = ?", [hash, name.description], name,
            ["DELETE FROM session WHERE user = ?", "DELETE FROM device WHERE user = ?"])
    }

    /// Removes the user with the user's sessions; jobs and reports stay.
    ///
    /// - Throws: `StoreError` of kind `noSuchUser`.
    package func remove(_ name: UserName) throws {
        try change("DELETE FROM user WHERE name = ?", [name.description], name)
    }

    /// What is thrown where a name is no user's.
    package static func noSuchUser(_ name: UserName) -> StoreError {
        StoreError(.noSuchUser, "There is no user '\(name)'; 'hashdrop user list' shows who there is.")
    }

    /// Changes the one row of `name`; `afterwards` is told the name in the same transaction.
    private func change(
        _ sql: String, _ arguments: StatementArguments, _ name: UserName, _ afterwards: [String] = []
    ) throws {
        try pool.write { db in
            try db.execute(sql: sql, arguments: arguments)
            guard db.changesCount == 1 else {
                throw Self.noSuchUser(name)
            }
            for sql in afterwards { try db.execute(sql: sql, arguments: [name.description]) }
        }
    }

    static func user(_ row: Row) -> User? {
        UserName(row["name"] as String).map {
            User(
                name: $0, isAdministrator: row["isAdministrator"], weight: row["weight"],
                passwordHash: row["passwordHash"], createdAt: Date(milliseconds: row["createdAt"]))
        }
    }
}

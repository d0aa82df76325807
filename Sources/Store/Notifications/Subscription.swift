import GRDB
package import Model

/// A user's wish for mail: of which events, where to, and whether several become one.
package struct Subscription: Hashable, Sendable {
    package var user: UserName
    package var address: MailAddress
    package var events: Set<NotificationEvent>
    /// What happens within this time of the first becomes one mail; zero for a mail each.
    package var digest: Duration

    /// Events that are told unless the user says otherwise.
    package static let usualEvents: Set<NotificationEvent> = [.malicious, .refused, .stuck]
    package static let digestMax: Duration = .seconds(7 * 86_400)

    package init(
        user: UserName, address: MailAddress, events: Set<NotificationEvent> = usualEvents,
        digest: Duration = .zero
    ) {
        self.user = user
        self.address = address
        self.events = events
        self.digest = digest
    }
}

extension NotificationStore {
    /// What the user has subscribed to; nil for nothing.
    package func subscription(of user: UserName) throws -> Subscription? {
        try pool.read { db in try Self.subscription(of: user.description, in: db) }
    }

    /// Subscribes a user, in place of an earlier subscription.
    ///
    /// - Throws: `StoreError` of kind `noSuchUser`.
    package func subscribe(_ subscription: Subscription) throws {
        try pool.write { db in
            let user = subscription.user.description
            guard
                try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM user WHERE name = ?)", arguments: [user])!
            else {
                throw StoreError(
                    .noSuchUser, "There is no user '\(user)'; 'hashdrop user list' shows who there is.")
            }
            try db.execute(
                sql: """
                    INSERT INTO subscription (user, address, events, digestSeconds) VALUES (?, ?, ?, ?)
                    ON CONFLICT (user) DO UPDATE SET address = excluded.address, events = excluded.events,
                        digestSeconds = excluded.digestSeconds
                    """,
                arguments: [
                    user, subscription.address.description, subscription.events.column,
                    subscription.digest.components.seconds,
                ])
        }
    }

    /// Ends a user's subscription; what waits for the user is not delivered any more.
    package func unsubscribe(_ user: UserName) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM subscription WHERE user = ?", arguments: [user.description])
        }
    }

    static func subscription(of user: String, in db: Database) throws -> Subscription? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT address, events, digestSeconds FROM subscription WHERE user = ?"),
            arguments: [user])
        guard let row, let name = UserName(user), let address = MailAddress(row[0] as String) else {
            return nil
        }
        return Subscription(
            user: name, address: address, events: Set(column: row[1]), digest: .seconds(row[2] as Int64))
    }
}

package import Foundation
import GRDB
package import Model
import Support

/// One notification of the outbox that is to be delivered.
package struct OutboxEntry: Hashable, Sendable {
    package var rowID: Int64
    /// By which a receiver knows one that comes again.
    package var id: String
    package var channel: NotificationChannel
    /// Whose subscription it is for; nil of the operator's channels.
    package var recipient: UserName?
    package var facts: NotificationFacts
    package var createdAt: Date
    /// Attempts to deliver it that have failed.
    package var attempts: Int
    /// The first of the mail that it goes with.
    package var digest: Int64?

    package init(
        rowID: Int64, id: String, channel: NotificationChannel, recipient: UserName?,
        facts: NotificationFacts,
        createdAt: Date, attempts: Int, digest: Int64?
    ) {
        self.rowID = rowID
        self.id = id
        self.channel = channel
        self.recipient = recipient
        self.facts = facts
        self.createdAt = createdAt
        self.attempts = attempts
        self.digest = digest
    }
}

/// What became of one notification.
package struct OutboxSettlement: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case delivered
        /// It is tried again then.
        case postponed(until: Date, reason: String)
        case givenUp(reason: String)
    }

    package var rowID: Int64
    package var result: Result

    package init(rowID: Int64, result: Result) {
        self.rowID = rowID
        self.result = result
    }
}

extension HashdropDatabase {
    /// The outbox and the subscriptions.
    package var notifications: NotificationStore { NotificationStore(pool: metered) }
}

/// The outbox of notifications: what is written there is delivered at least once, whatever is killed, or
/// given up with a line in the log.
package struct NotificationStore: Sendable {
    let pool: MeteredPool

    /// Says by which channels the daemon delivers, and which events go to the operator's; nothing is queued
    /// for others. A channel's waiting notifications stay when it is taken away, and go on when it is back.
    ///
    /// - Parameter date: what is older is not news any more when a channel comes back, and is forgotten.
    package func use(
        _ channels: [NotificationChannel: Set<NotificationEvent>], forgetting date: Date = .distantPast
    ) throws {
        let wanted = channels.map { [$0.key.rawValue, $0.value.column] }.sorted { $0[0] < $1[0] }
        let known = try pool.read { db in
            try Row.fetchAll(db, sql: "SELECT name, events FROM notificationChannel ORDER BY name")
                .map { [$0[0] as String, $0[1] as String] }
        }
        // Not without need: a daemon that tells nothing does not write.
        guard known != wanted else { return }
        try pool.write { db in
            try db.execute(sql: "DELETE FROM notificationChannel")
            for row in wanted {
                if !known.contains(where: { $0[0] == row[0] }) {
                    try db.execute(
                        sql: "DELETE FROM notification WHERE channel = ? AND state = 0 AND createdAt < ?",
                        arguments: [row[0], date.milliseconds])
                }
                try db.execute(
                    sql: "INSERT INTO notificationChannel (name, events) VALUES (?, ?)",
                    arguments: StatementArguments(row))
            }
        }
    }

    /// The notifications of a channel that are due, in the order in which they were queued, at most `limit`.
    package func due(_ channel: NotificationChannel, at now: Date, limit: Int) throws -> [OutboxEntry] {
        try pool.read { db in
            try Self.entries(
                db, "channel = ? AND state = 0 AND (dueAt <= ? OR dueAt > ?) ORDER BY id LIMIT ?",
                [channel.rawValue, now.milliseconds, (now + Self.waitMax.seconds).milliseconds, limit])
        }
    }

    /// Nothing waits for longer; what seems to, was queued before the clock was put back.
    private static let waitMax = Subscription.digestMax + .seconds(86_400)

    /// When the next of a channel's notifications is due; nil if none waits.
    package func nextDue(_ channel: NotificationChannel) throws -> Date? {
        try pool.read { db in
            try Int64.fetchOne(
                db.cachedStatement(
                    sql: "SELECT min(dueAt) FROM notification WHERE channel = ? AND state = 0"),
                arguments: [channel.rawValue]
            ).map(Date.init(milliseconds:))
        }
    }

    /// The notifications that go in one mail with `entry`: those of its digest, which are the same whenever
    /// it is sent again. A new digest takes what waits for the user, at most `limit`.
    package func digest(of entry: OutboxEntry, limit: Int) throws -> [OutboxEntry] {
        guard let recipient = entry.recipient?.description else { return [entry] }
        if entry.digest == nil {
            try pool.write { db in
                try db.execute(
                    sql: """
                        UPDATE notification SET digest = :first WHERE id IN (
                            SELECT id FROM notification
                            WHERE recipient = :user AND recipient IS NOT NULL AND state = 0 AND digest IS NULL
                                AND id >= :first
                            ORDER BY id LIMIT :limit)
                        """, arguments: ["first": entry.rowID, "user": recipient, "limit": limit])
            }
        }
        return try pool.read { db in
            try Self.entries(
                db, "recipient = ? AND recipient IS NOT NULL AND state = 0 AND digest = ? ORDER BY id",
                [recipient, entry.digest ?? entry.rowID])
        }
    }

    /// Notes what became of notifications, in one transaction.
    package func settle(_ settlements: [OutboxSettlement]) throws {
        guard !settlements.isEmpty else { return }
        try pool.write { db in
            for settlement in settlements {
                let id = settlement.rowID
                switch settlement.result {
                case .delivered:
                    try db.cachedStatement(
                        sql: "UPDATE notification SET state = 1, attempts = attempts + 1 WHERE id = ?"
                    ).execute(arguments: [id])
                case .postponed(let until, let reason):
                    try db.cachedStatement(
                        sql: """
                            UPDATE notification SET attempts = attempts + 1, dueAt = ?, lastError = ?
                            WHERE id = ?
                            """
                    ).execute(arguments: [until.milliseconds, reason, id])
                case .givenUp(let reason):
                    try db.cachedStatement(
                        sql: """
                            UPDATE notification SET state = 2, attempts = attempts + 1, lastError = ?
                            WHERE id = ?
                            """
                    ).execute(arguments: [reason, id])
                }
            }
        }
    }

    /// Makes all that a channel has failed to deliver due at once: it delivers again.
    package func hasten(_ channel: NotificationChannel, at now: Date) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE notification SET dueAt = ?
                    WHERE channel = ? AND state = 0 AND attempts > 0 AND dueAt > ?
                    """, arguments: [now.milliseconds, channel.rawValue, now.milliseconds])
        }
    }

    /// How many notifications wait for delivery, by channel.
    package func waiting() throws -> [NotificationChannel: Int] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT channel, count(*) FROM notification WHERE state = 0 GROUP BY channel")
            return Dictionary(
                uniqueKeysWithValues: rows.compactMap { row in
                    NotificationChannel(rawValue: row[0]).map { ($0, row[1] as Int) }
                })
        }
    }

    /// Forgets notifications of before `date`, and the oldest of more than `max`: first those that were given
    /// up, then the delivered, and at last those that wait. Some at a time.
    ///
    /// - Returns: how many of those that waited were forgotten, and whether there may be more to forget.
    package func prune(before date: Date, max: Int) throws -> (lost: Int, hasMore: Bool) {
        try pool.write { db in
            try db.execute(
                sql: """
                    DELETE FROM notification WHERE id IN (
                        SELECT id FROM notification WHERE state <> 0 AND createdAt < ?
                        LIMIT \(Self.rowsAtOnce))
                    """, arguments: [date.milliseconds])
            var deleted = db.changesCount
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM notification")!
            let excess = Swift.min(Swift.max(0, count - max), Self.rowsAtOnce)
            guard excess > 0 else { return (0, deleted == Self.rowsAtOnce) }
            let lost = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM (SELECT state FROM notification ORDER BY \(Self.worth) LIMIT ?)
                    WHERE state = 0
                    """, arguments: [excess])!
            try db.execute(
                sql: """
                    DELETE FROM notification WHERE id IN (
                        SELECT id FROM notification ORDER BY \(Self.worth) LIMIT ?)
                    """, arguments: [excess])
            deleted += db.changesCount
            return (lost, deleted >= Self.rowsAtOnce || count - excess > max)
        }
    }

    private static let rowsAtOnce = 2_000
    /// What is forgotten first.
    private static let worth = "state = 0, state = 1, id"

    private static func entries(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [OutboxEntry] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, name, channel, recipient, facts, createdAt, attempts, digest FROM notification
                    WHERE \(condition)
                    """), arguments: arguments
        ).map { row in
            guard let channel = NotificationChannel(rawValue: row[2]) else {
                throw StoreError(
                    .notOurs, "The database holds a notification that cannot be read; restore a backup.")
            }
            return OutboxEntry(
                rowID: row[0], id: row[1], channel: channel,
                recipient: (row[3] as String?).flatMap { UserName($0) },
                facts: try NotificationFacts(column: row[4]), createdAt: Date(milliseconds: row[5]),
                attempts: row[6], digest: row[7])
        }
    }
}

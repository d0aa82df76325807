package import Foundation
import GRDB
import Support

/// What a channel of notifications has failed to deliver, as the outbox has it.
package struct ChannelTrouble: Hashable, Sendable, Codable {
    package var channel: NotificationChannel
    /// Those that wait and should have been delivered by now.
    package var waiting: Int
    /// Those that were given up since the channel last delivered one.
    package var givenUp: Int
    /// Failed attempts of the one that was tried most often.
    package var attempts: Int
    /// When the oldest of those that failed was queued.
    package var since: Date
    package var lastError: String

    package init(
        channel: NotificationChannel, waiting: Int, givenUp: Int = 0, attempts: Int, since: Date,
        lastError: String
    ) {
        self.channel = channel
        self.waiting = waiting
        self.givenUp = givenUp
        self.attempts = attempts
        self.since = since
        self.lastError = lastError
    }

    /// Whether it has failed so often that no moment's trouble explains it.
    package var isLasting: Bool { attempts >= Self.attemptsMin }

    private static let attemptsMin = 3

    /// In one sentence without a full stop: how many wait, since when, and why.
    package var sentence: String {
        let count = { (number: Int, word: String) in
            "\(number) \(number == 1 ? "notification" : "notifications") \(word)"
        }
        let parts = [
            waiting > 0 ? count(waiting, waiting == 1 ? "waits" : "wait") : nil,
            givenUp > 0 ? count(givenUp, "given up") : nil,
        ].compactMap(\.self).joined(separator: ", ")
        return "\(parts), the oldest since \(UTCTime(since).minuteText) UTC "
            + "(\(attempts) failed \(attempts == 1 ? "attempt" : "attempts")); last error: \(lastError)"
    }
}

extension NotificationStore {
    /// The channels that the daemon delivers by and that have failed, in the order of their names; none of
    /// those whose failures were all made good.
    package func troubles() throws -> [ChannelTrouble] { try pool.read(Self.troubles) }

    @Sendable static func troubles(in db: Database) throws -> [ChannelTrouble] {
        try String.fetchAll(db, sql: "SELECT name FROM notificationChannel ORDER BY name")
            .compactMap(NotificationChannel.init(rawValue:)).compactMap { try trouble(of: $0, in: db) }
    }

    private static func trouble(of channel: NotificationChannel, in db: Database) throws -> ChannelTrouble? {
        let delivered = try Int64.fetchOne(
            db, sql: "SELECT id FROM notification WHERE channel = ? AND state = 1 ORDER BY id DESC LIMIT 1",
            arguments: [channel.rawValue])
        let failed = """
            channel = :channel AND attempts > 0 AND (state = 0 OR state = 2 AND id > :delivered)
            """
        let arguments: StatementArguments = ["channel": channel.rawValue, "delivered": delivered ?? 0]
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) FILTER (WHERE state = 2), max(attempts), min(createdAt) FROM notification
                WHERE \(failed)
                """, arguments: arguments)
        guard let row, let attempts = row[1] as Int?, let since = row[2] as Int64? else { return nil }
        // The one with the fewest attempts waits the shortest time for the next: its error is the newest.
        let lastError = try String.fetchOne(
            db,
            sql: """
                SELECT coalesce(lastError, '') FROM notification WHERE \(failed)
                ORDER BY state, attempts, id DESC LIMIT 1
                """, arguments: arguments)
        // What waits for the time of its digest is in no trouble: it alone is due later than it was queued.
        let waiting = try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM notification
                WHERE channel = ? AND state = 0 AND (attempts > 0 OR dueAt <= createdAt)
                """, arguments: [channel.rawValue])
        return ChannelTrouble(
            channel: channel, waiting: waiting ?? 0, givenUp: row[0], attempts: attempts,
            since: Date(milliseconds: since), lastError: lastError ?? "")
    }
}

import Foundation
import GRDB
import Model
import Support

/// Writer of the outbox, within the transactions of what is told.
///
/// Where no channel is configured it costs a look into an empty table for each transaction; no job is looked
/// at.
struct Outbox {
    private let db: Database
    /// The events of the operator's channels; mail without any.
    private let channels: [NotificationChannel: Set<NotificationEvent>]
    private var subscriptions: [String: Subscription?] = [:]

    /// Nil where nothing is told.
    private init?(_ db: Database) throws {
        self.db = db
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT name, events FROM notificationChannel ORDER BY name"))
        if rows.isEmpty { return nil }
        channels = Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                NotificationChannel(rawValue: row[0]).map { ($0, Set(column: row[1])) }
            })
    }

    /// Queues what is to be told of jobs whose last reports stand in their folders.
    static func tell(ofEnds jobs: [JobID], in db: Database) throws {
        guard !jobs.isEmpty, var outbox = try Outbox(db) else { return }
        for id in jobs {
            // Not one that was told to run again meanwhile.
            for job in try JobRecord.fetch(db, "isPublished = 1 AND name = ?", [id.description]) {
                try outbox.tell(ofEnd: job)
            }
        }
    }

    /// Queues that a user's list is stuck, and so are `others` more.
    static func tell(ofStuck job: Job, others: Int, reason: String?, at now: Date, in db: Database) throws {
        guard var outbox = try Outbox(db) else { return }
        let facts = NotificationFacts(
            event: .stuck, time: now, job: job, others: others > 0 ? others : nil, reason: reason)
        try outbox.tell([facts], of: "\(job.id)", at: now, user: job.user)
    }

    /// Queues for the operator and the administrators what is wrong with the quota or the key.
    ///
    /// - Parameter subject: names the trouble and the day, for a second one says nothing new.
    static func tell(ofQuota reason: String, subject: String, at now: Date, in db: Database) throws {
        guard var outbox = try Outbox(db) else { return }
        let facts = NotificationFacts(event: .quota, time: now, reason: reason)
        try outbox.tell([facts], of: subject, at: now, user: nil)
        let administrators = try String.fetchAll(
            db, sql: "SELECT name FROM user WHERE isAdministrator = 1 ORDER BY name")
        for name in administrators { try outbox.mail([facts], of: subject, at: now, to: name) }
    }

    private mutating func tell(ofEnd job: Job) throws {
        let end = job.finishedAt ?? job.receivedAt
        // One message a channel, of the first of these that it wants.
        var events: [NotificationEvent] = []
        if job.state.hasTables, job.counts[.malicious] > 0 { events.append(.malicious) }
        if job.state == .done { events.append(.done) }
        if job.state == .refused { events.append(.refused) }
        let facts = events.map { NotificationFacts(event: $0, time: end, job: job) }
        try tell(facts, of: "\(job.id)", at: end, user: job.user)
    }

    /// - Parameter user: whose list it is; nil if no list's.
    private mutating func tell(
        _ facts: [NotificationFacts], of subject: String, at time: Date, user: UserName?
    ) throws {
        for (channel, events) in channels where channel != .mail {
            guard let facts = facts.first(where: { events.contains($0.event) }) else { continue }
            try insert(facts, of: subject, channel, recipient: nil, at: time, due: time)
        }
        if let user { try mail(facts, of: subject, at: time, to: user.description) }
    }

    private mutating func mail(
        _ facts: [NotificationFacts], of subject: String, at time: Date, to user: String
    ) throws {
        guard channels[.mail] != nil else { return }
        let known = subscriptions[user]
        let subscription = try known ?? NotificationStore.subscription(of: user, in: db)
        if known == nil { subscriptions[user] = .some(subscription) }
        guard let subscription, let facts = facts.first(where: { subscription.events.contains($0.event) })
        else { return }
        var due = time
        if subscription.digest > .zero {
            // With those that wait for their digest already.
            let earlier = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT min(dueAt) FROM notification
                        WHERE recipient = ? AND state = 0 AND recipient IS NOT NULL AND digest IS NULL
                        """), arguments: [user])
            due = time + subscription.digest.seconds
            if let earlier { due = min(due, Date(milliseconds: earlier)) }
        }
        try insert(facts, of: subject, .mail, recipient: user, at: time, due: due)
    }

    private func insert(
        _ facts: NotificationFacts, of subject: String, _ channel: NotificationChannel, recipient: String?,
        at time: Date, due: Date
    ) throws {
        // A list that was told to run again (`hashdrop retry`) ends a second time.
        let parts = [subject, facts.event.rawValue, channel.rawValue, recipient]
        let moment = facts.job == nil ? nil : "\(time.milliseconds)"
        let name = (parts + [moment]).compactMap(\.self).joined(separator: ".")
        try db.cachedStatement(
            sql: """
                INSERT INTO notification (name, channel, recipient, facts, createdAt, dueAt)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                """
        ).execute(arguments: [
            name, channel.rawValue, recipient, try facts.column, time.milliseconds, due.milliseconds,
        ])
    }
}

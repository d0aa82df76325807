import Foundation
import Logging
import Model
import Store
import Support
import Synchronization

/// The sessions as the page knows them: what the database has, and what is still on its way there.
///
/// The database has one writer at a time, and taking in a list of two million hashes holds it for many seconds. No
/// visitor may stand still for that, and none may learn from it what others drop. So a login, a use and a logout
/// count at once, in memory, and are written down behind the visitors' backs; what a kill of the daemon takes with
/// it is the last moment of these.
final class SessionCache: Sendable {
    /// A use is noted at most this often: a synced write for each click would be too much.
    private static let useNotedEvery: Double = 60

    private let data: WebDatabase
    private let limits: SessionLimits
    private let clock: WebClock
    private let writer: SessionWriter
    private let logger: Logger
    private let unwritten = Mutex(SessionChanges())
    private let wakeUps: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    init(
        database: HashdropDatabase, data: WebDatabase, limits: SessionLimits, clock: WebClock, logger: Logger
    ) {
        self.data = data
        self.limits = limits
        self.clock = clock
        self.logger = logger
        writer = SessionWriter(database: database, limits: limits)
        // One wake-up is as good as many: each writes everything.
        (wakeUps, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whose session this is; nil for nobody's.
    ///
    /// - Parameter isUse: whether a person asks, and not a page that loads itself again.
    func user(_ idHash: Data, isUse: Bool) async throws -> User? {
        let now = clock.wall()
        // First the memory, then the database: whatever is written meanwhile is found in one of them.
        let (begun, lastUse, isEnded) = unwritten.withLock {
            ($0.begun[idHash], $0.used[idHash], $0.ended.contains(idHash))
        }
        if isEnded { return nil }
        let found: (user: User, usedAt: Date)?
        if let begun {
            found = try await user(of: begun, lastUse, now)
        } else {
            found = try await data.read { [limits] in
                try $0.sessions.user(idHash, limits: limits, at: now, laterUse: lastUse)
            }
        }
        guard let found else { return nil }
        if isUse { note(idHash, usedAt: now, before: found.usedAt) }
        return found.user
    }

    /// A session that is not in the database yet is good for as long as the password is the one it began with.
    private func user(
        of begun: SessionChanges.Begun, _ lastUse: Date?, _ now: Date
    ) async throws -> (user: User, usedAt: Date)? {
        let usedAt = max(begun.startedAt, lastUse ?? .distantPast)
        guard limits.allow(startedAt: begun.startedAt, usedAt: usedAt, at: now),
            let user = try await data.read({ try $0.users.user(begun.user) }),
            let hash = user.passwordHash, hash == begun.passwordHash || hash == begun.newPasswordHash
        else { return nil }
        return (user, usedAt)
    }

    private func note(_ idHash: Data, usedAt now: Date, before: Date) {
        let every = min(Self.useNotedEvery, limits.idle / .seconds(10))
        guard now.timeIntervalSince(before) > every else { return }
        unwritten.withLock { $0.used[idHash] = now }
        waker.yield()
    }

    /// Begins a session: it is good at once.
    func begin(_ idHash: Data, _ session: SessionChanges.Begun) {
        unwritten.withLock { changes in
            // While nothing can be written, the limit for each user holds here too.
            let own = changes.begun.filter { $0.value.user == session.user }
            if own.count >= max(1, limits.sessionsPerUserMax),
                let oldest = own.min(by: { $0.value.startedAt < $1.value.startedAt })?.key
            {
                changes.begun[oldest] = nil
                changes.used[oldest] = nil
            }
            changes.begun[idHash] = session
        }
        waker.yield()
    }

    /// Ends a session; nothing happens if there is none.
    func end(_ idHash: Data) async throws {
        // Ids that are nobody's must not fill the memory.
        guard try await user(idHash, isUse: false) != nil else { return }
        unwritten.withLock { _ = $0.ended.insert(idHash) }
        waker.yield()
    }

    /// Writes down what happens until the task is cancelled, and what is left then.
    func run() async {
        for await _ in wakeUps { await write() }
        await write()
    }

    private func write() async {
        let changes = unwritten.withLock { $0 }
        guard !changes.isEmpty else { return }
        do {
            try await writer.write(changes, at: clock.wall())
            unwritten.withLock { $0.remove(changes) }
        } catch {
            // All is kept and goes with the next change.
            logger.error(
                "Sessions cannot be written down; the next change tries again.",
                metadata: ["reason": "\(LogText.quoted("\(error)"))"])
        }
    }
}

extension SessionChanges {
    /// Takes out what was written; what has changed since stays.
    fileprivate mutating func remove(_ written: SessionChanges) {
        for idHash in written.begun.keys { begun[idHash] = nil }
        for (idHash, usedAt) in written.used where used[idHash] == usedAt { used[idHash] = nil }
        ended.subtract(written.ended)
    }
}

/// Writes sessions on a thread of its own, where waiting for the database's writer holds up nobody.
private actor SessionWriter {
    private let database: HashdropDatabase
    private let limits: SessionLimits
    private let executor = BlockingExecutor(label: "hashdrop.sessions")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(database: HashdropDatabase, limits: SessionLimits) {
        self.database = database
        self.limits = limits
    }

    func write(_ changes: SessionChanges, at now: Date) throws {
        try database.sessions.write(changes, limits: limits, at: now)
    }
}

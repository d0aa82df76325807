import Dispatch
import Foundation
import HTTPTypes
import Logging
import Model
import Store
import Support

/// Manager of the login sessions, which are kept in the database.
///
/// A page that is only read waits for none of the database's writers: SQLite's write-ahead log lets it read
/// beside them, and noting that its session was used has a bound. A login and a logout are answered when they
/// are written down.
final class SessionManager: Sendable {
    /// A use is noted at most this often: a synced write for each click would be too much.
    private static let useNotedEvery: Double = 60

    private let database: HashdropDatabase
    private let data: WebDatabase
    private let limits: SessionLimits
    private let clock: any ServiceClock
    private let logger: Logger
    /// Has a thread of its own while it waits for the database's writer.
    private let writes = DispatchQueue(label: "hashdrop.sessions")

    init(
        database: HashdropDatabase, data: WebDatabase, limits: SessionLimits, clock: any ServiceClock,
        logger: Logger
    ) {
        self.database = database
        self.data = data
        self.limits = limits
        self.clock = clock
        self.logger = logger
    }

    /// The user of the session that the request's cookie names; nil if it names none, or one that has ended.
    ///
    /// - Parameter isUse: whether the user asks, and not a page that loads itself again.
    func user(
        of fields: HTTPFields, _ connection: ClientConnection, isUse: Bool
    ) async throws -> AuthenticatedUser? {
        guard let id = WebCookie.session.token(in: fields, isSecure: connection.isSecure) else { return nil }
        let now = clock.now.wall
        let found = try await data.read { [limits] in
            try $0.sessions.user(id.hash, limits: limits, at: now)
        }
        guard let found else { return nil }
        if isUse { await noteUse(id.hash, at: now, lastNotedAt: found.usedAt) }
        return AuthenticatedUser(
            name: found.user.name, isAdministrator: found.user.isAdministrator, formToken: id.formToken)
    }

    private func noteUse(_ idHash: Data, at now: Date, lastNotedAt: Date) async {
        let interval = min(Self.useNotedEvery, limits.idle / .seconds(10))
        guard now.timeIntervalSince(lastNotedAt) > interval else { return }
        await bounded(by: clock) { [self] in
            do {
                try await write { try $0.noteUse(of: idHash, at: now) }
            } catch {
                // The next use tries again.
                logger.error(
                    "The use of a session cannot be noted.",
                    metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Begins a session for a user whose password was checked.
    ///
    /// - Parameters:
    ///   - passwordHash: the stored hash that the password was checked against.
    ///   - newPasswordHash: the same password hashed with today's parameters, if its hash has others.
    /// - Returns: the session's id; nil if another hash is stored meanwhile.
    func begin(
        _ user: UserName, passwordHash: String, newPasswordHash: String?
    ) async throws -> SecretToken? {
        let id = SecretToken()
        let now = clock.now.wall
        let isBegun = try await write { [limits] in
            try $0.begin(
                id.hash, of: user, passwordHash: passwordHash, newPasswordHash: newPasswordHash,
                limits: limits, at: now)
        }
        return isBegun ? id : nil
    }

    /// Whether the user has logged in from this browser before.
    func isDevice(_ id: SecretToken, of user: UserName) async throws -> Bool {
        try await data.read { try $0.sessions.isDevice(id.hash, of: user) }
    }

    /// Notes that the user has logged in from this browser.
    func noteDevice(_ id: SecretToken, of user: UserName) async throws {
        let now = clock.now.wall
        try await write { try $0.noteDevice(id.hash, of: user, at: now) }
    }

    /// Ends a session; nothing happens if there is none.
    func end(_ id: SecretToken) async throws {
        let now = clock.now.wall
        // Ids that a client invents must not keep the writer busy.
        let isKnown = try await data.read { [limits] in
            try $0.sessions.user(id.hash, limits: limits, at: now) != nil
        }
        if isKnown { try await write { try $0.end(id.hash) } }
    }

    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (SessionStore) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            writes.async { [database] in
                continuation.resume(with: Result { try body(database.sessions) })
            }
        }
    }
}

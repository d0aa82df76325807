import Foundation
import Model
import Passwords
import Store

/// Lets people in, or not: slow-down, password, session, in this order.
actor LoginDesk {
    enum Outcome: Sendable {
        case welcome(UserName, SecretToken)
        /// Wrong name or wrong password, and nobody learns which.
        case wrong
        case wait(Duration)
        /// Too many others are being checked.
        case busy
    }

    /// Whether a password is the one of a hash; blocks for as long as scrypt takes. Replaced by tests.
    typealias Check = @Sendable (String, PasswordHash) throws -> Bool

    private let data: WebData
    private let sessions: SessionLimits
    private let checker: PasswordChecker
    private let parameters: PasswordHash.Parameters
    private let check: Check
    private let clock: WebClock
    /// Checked for names that have no password, so that they cost what others cost.
    private let nobody: PasswordHash
    private var throttle = LoginThrottle()

    init(
        data: WebData, options: WebOptions, parameters: PasswordHash.Parameters, clock: WebClock,
        check: @escaping Check
    ) throws {
        self.data = data
        sessions = options.sessions
        checker = PasswordChecker(
            checksMax: options.passwordChecksMax, waitingMax: options.passwordChecksWaitingMax)
        self.parameters = parameters
        self.clock = clock
        self.check = check
        nobody = try PasswordHash(password: SecretToken().cookieValue, parameters: parameters)
    }

    /// Tries a name and a password.
    func logIn(name: String, password: String, from address: NetworkAddress?) async throws -> Outcome {
        let userName = UserName(name)
        // Names that nobody can have share one entry: they may be long, and they may be many.
        let pair = LoginThrottle.Pair(user: userName?.description ?? "", address: address?.network ?? [])
        if case .wait(let wait) = throttle.attempt(pair, at: clock.monotonic()) { return .wait(wait) }
        let user = try await data.read { database in try userName.flatMap { try database.users.user($0) } }
        let stored = user?.passwordHash.flatMap(PasswordHash.init(stored:))
        let isRight: Bool
        do {
            isRight = try await matches(password, stored)
        } catch is PasswordChecker.Busy {
            throttle.undo(pair)
            return .busy
        }
        guard isRight, let user, let stored else { return .wrong }
        throttle.succeeded(pair)
        return try await begin(user, stored, password)
    }

    private func matches(_ password: String, _ stored: PasswordHash?) async throws -> Bool {
        try await checker.run { [check, nobody] in
            let isRight = try check(password, stored ?? nobody)
            return isRight && stored != nil
        }
    }

    /// The session gets an id that did not exist before the login: whoever planted one in the browser has nothing.
    private func begin(_ user: User, _ stored: PasswordHash, _ password: String) async throws -> Outcome {
        var hash = stored.stored
        if stored.parameters != parameters {
            let new = try await checker.run { [parameters] in
                try PasswordHash(password: password, parameters: parameters).stored
            }
            let old = hash
            try await data.read { try $0.users.replacePasswordHash(old, by: new, of: user.name) }
            hash = new
        }
        let id = SecretToken()
        let now = clock.wall()
        let hasBegun = try await data.read { [sessions, hash] in
            try $0.sessions.begin(
                id.hash, for: user.name, whosePasswordHashIs: hash, limits: sessions, at: now)
        }
        return hasBegun ? .welcome(user.name, id) : .wrong
    }
}

import Foundation
import Model
import Cryptography
import Store

/// Lets people in, or not: slow-down, password, session, in this order.
actor Authenticator {
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

    private let data: WebDatabase
    private let sessions: SessionCache
    private let checker: PasswordChecker
    private let parameters: PasswordHash.Parameters
    private let check: Check
    private let clock: WebClock
    /// Checked for names that have no password, so that they cost what others cost.
    private var decoyHashes: [PasswordHash.Parameters: PasswordHash] = [:]
    /// Makes the choice among them one that nobody can foretell.
    private let salt = SecretToken()
    private var throttle = LoginThrottle()

    init(
        data: WebDatabase, sessions: SessionCache, options: WebOptions, parameters: PasswordHash.Parameters,
        clock: WebClock, check: @escaping Check
    ) {
        self.data = data
        self.sessions = sessions
        checker = PasswordChecker(
            checksMax: options.passwordChecksMax, waitingMax: options.passwordChecksWaitingMax)
        self.parameters = parameters
        self.clock = clock
        self.check = check
    }

    /// Tries a name and a password.
    func logIn(name: String, password: String, from address: NetworkAddress?) async throws -> Outcome {
        let userName = UserName(name)
        // Names that nobody can have share one entry: they may be long, and they may be many.
        let pair = LoginThrottle.Pair(user: userName?.description ?? "", address: address)
        if case .wait(let wait) = throttle.attempt(pair, at: clock.monotonic()) { return .wait(wait) }
        // Everybody is read for anybody: whether a name is among them costs nothing.
        let users = try await data.read { try $0.users.all() }
        let user = userName.flatMap { name in users.first { $0.name == name } }
        let stored = user?.passwordHash.flatMap(PasswordHash.init(stored:))
        let nobody = nobody(name: name, among: users)
        let isRight: Bool
        do {
            isRight = try await checker.run { [check] in
                let isRight = try check(password, stored ?? nobody)
                return isRight && stored != nil
            }
        } catch is PasswordChecker.Busy {
            throttle.undo(pair)
            return .busy
        }
        guard isRight, let user, let stored else { return .wrong }
        throttle.succeeded(pair)
        return try await begin(user, stored, password)
    }

    /// What is checked for a name without a password. Its parameters are those of one of the users, always the same
    /// one for the same name: while older hashes are about, their time must not tell who exists.
    private func nobody(name: String, among users: [User]) -> PasswordHash {
        let known = users.compactMap { $0.passwordHash.flatMap(PasswordHash.init(stored:))?.parameters }
        let chosen = known.isEmpty ? parameters : known[salt.choice(for: name, of: known.count)]
        if let hash = decoyHashes[chosen] { return hash }
        let hash = PasswordHash(decoy: chosen)
        decoyHashes[chosen] = hash
        return hash
    }

    /// The session gets an id that did not exist before the login: whoever planted one in the browser has nothing.
    private func begin(_ user: User, _ stored: PasswordHash, _ password: String) async throws -> Outcome {
        let newHash = try await hashedAnew(password, stored)
        let id = SecretToken()
        sessions.begin(
            id.hash,
            .init(
                user: user.name, passwordHash: stored.stored, newPasswordHash: newHash,
                startedAt: clock.wall()))
        return .welcome(user.name, id)
    }

    /// The password hashed with today's parameters, if its hash has others.
    private func hashedAnew(_ password: String, _ stored: PasswordHash) async throws -> String? {
        guard stored.parameters != parameters else { return nil }
        do {
            return try await checker.run { [parameters] in
                try PasswordHash(password: password, parameters: parameters).stored
            }
        } catch is PasswordChecker.Busy {
            // Nobody is kept out for that: the next login does it.
            return nil
        }
    }
}

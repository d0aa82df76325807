import Cryptography
import Foundation
import Model
import Store
import Support

/// Authenticator of users by name and password: rate limits, password, session, in this order.
actor Authenticator {
    enum Outcome: Sendable {
        case success(UserName, SecretToken)
        /// Wrong name or wrong password; which of them is not told.
        case wrong
        case wait(Duration)
        /// Too many others are being checked.
        case busy
    }

    /// Whether a password is the one of a hash; blocks for as long as scrypt takes. Replaced by tests.
    typealias Check = @Sendable (String, PasswordHash) throws -> Bool

    private let data: WebDatabase
    private let sessions: SessionManager
    private let checker: PasswordChecker
    private let parameters: PasswordHash.Parameters
    private let check: Check
    private let clock: any ServiceClock
    /// Checked for names that have no password, so that they cost what others cost.
    private var decoyHashes: [PasswordHash.Parameters: PasswordHash] = [:]
    /// Makes the choice among them unpredictable.
    private let salt = SecretToken()
    private var throttle = LoginThrottle()

    init(
        data: WebDatabase, sessions: SessionManager, options: WebOptions,
        parameters: PasswordHash.Parameters, clock: any ServiceClock, check: @escaping Check
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
    ///
    /// - Parameter device: the token in the browser's cookie, by which it may be known.
    func logIn(
        name: String, password: String, from address: NetworkAddress?, device: SecretToken? = nil
    ) async throws -> Outcome {
        let userName = UserName(name)
        var knownDevice: SecretToken?
        if let device, let userName, try await sessions.isDevice(device, of: userName) {
            knownDevice = device
        }
        // Names that no user can have share one entry: they may be long, and they may be many.
        let pair = LoginThrottle.Pair(
            user: userName?.description ?? "", address: address, device: knownDevice?.hash)
        if case .wait(let wait) = throttle.attempt(pair, at: clock.now.monotonic) { return .wait(wait) }
        do {
            // A second time, because another login of the user may have replaced the hash during the first.
            for _ in 1...2 {
                guard let (user, stored) = try await authenticate(userName, name, password) else {
                    return .wrong
                }
                let newHash = try await rehashed(password, stored)
                let id = try await sessions.begin(
                    user.name, passwordHash: stored.stored, newPasswordHash: newHash)
                guard let id else { continue }
                throttle.succeeded(pair)
                return .success(user.name, id)
            }
        } catch is PasswordChecker.Busy {}
        throttle.undo(pair)
        return .busy
    }

    /// The user with this name and the hash that the password was checked against; nil if either is wrong.
    private func authenticate(
        _ userName: UserName?, _ name: String, _ password: String
    ) async throws -> (User, PasswordHash)? {
        // All users are read: whether the name is one of theirs costs nothing.
        let users = try await data.read { try $0.users.all() }
        let user = users.first { $0.name == userName }
        let stored = user?.passwordHash.flatMap(PasswordHash.init(stored:))
        let checked = stored ?? decoyHash(for: name, among: users)
        let isRight = try await checker.run { [check] in try check(password, checked) }
        guard isRight, let user, let stored else { return nil }
        return (user, stored)
    }

    /// The hash that is checked for a name without a password. Its parameters are those of one of the users,
    /// always the same one for the same name: while older hashes are in use, their time must not tell which
    /// names exist.
    private func decoyHash(for name: String, among users: [User]) -> PasswordHash {
        let known = users.compactMap { $0.passwordHash.flatMap(PasswordHash.init(stored:))?.parameters }
        let chosen = known.isEmpty ? parameters : known[salt.choice(for: name, of: known.count)]
        if let hash = decoyHashes[chosen] { return hash }
        let hash = PasswordHash(decoy: chosen)
        decoyHashes[chosen] = hash
        return hash
    }

    /// The password hashed with today's parameters, if its hash has others.
    private func rehashed(_ password: String, _ stored: PasswordHash) async throws -> String? {
        guard stored.parameters != parameters else { return nil }
        do {
            return try await checker.run { [parameters] in
                try PasswordHash(password: password, parameters: parameters).stored
            }
        } catch is PasswordChecker.Busy {
            // That is no reason to refuse a login: the next one does it.
            return nil
        }
    }
}

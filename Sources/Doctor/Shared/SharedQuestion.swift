package import Foundation
import Reporting
import Store
import Support

/// Question to the database that several daemons share.
package struct SharedQuestion: Sendable {
    /// Why this machine's daemon says that the shared database does not serve it.
    package struct Trouble: Hashable, Sendable {
        var since: Date?
        var reason: String

        package init(since: Date?, reason: String) {
            self.since = since
            self.reason = reason
        }
    }

    /// Server and database, without account and password.
    let address: String
    /// This daemon's name among the others.
    let site: String
    let trouble: Trouble?
    /// Nil where the password stands in no file of its own.
    let passwordFile: SecretFileFacts?
    let ask: @Sendable () async throws -> SharedFacts

    /// - Parameters:
    ///   - trouble: what the daemon has told last; nil while all is well, or without a daemon.
    ///   - ask: begins nothing in the name of the site, whose daemon may run; throws what the connection or
    ///     the database says.
    package init(
        address: String, site: String, passwordFile: String? = nil, trouble: Trouble? = nil,
        ask: @escaping @Sendable () async throws -> SharedFacts
    ) {
        self.address = address
        self.site = site
        self.passwordFile = passwordFile.map(SecretFileFacts.init(path:))
        self.trouble = trouble
        self.ask = ask
    }

    /// - Parameters:
    ///   - endpoint: where this daemon's verdicts come from.
    ///   - isServed: whether its daemon runs, and is not stopped.
    func findings(endpoint: String, isServed: Bool) async -> [Finding] {
        [passwordFile?.finding(.sharedDatabase)].compactMap(\.self)
            + (await answer(endpoint: endpoint, isServed: isServed))
    }

    private func answer(endpoint: String, isServed: Bool) async -> [Finding] {
        do {
            let findings = try await ask().findings(
                of: address, site: site, endpoint: endpoint, isServed: isServed)
            guard isServed, let trouble else { return findings }
            // It serves here and now; the daemon may be refused, or have its own way there.
            let since = trouble.since.map { " since \(UTCTime($0).minuteText) UTC" } ?? ""
            return [
                .failed(
                    .sharedDatabase, site, "does not serve its daemon\(since): \(trouble.reason)",
                    advice: "If that was mended just now, the daemon goes on by itself within seconds")
            ] + findings
        } catch {
            return [
                .explained(
                    .sharedDatabase, address, .failed, explanation(of: error),
                    advice: "Look into the database server's log")
            ]
        }
    }
}

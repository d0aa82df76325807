import Store
import Support

/// Question to the database that several daemons share.
package struct SharedQuestion: Sendable {
    /// Server and database, without account and password.
    let address: String
    /// This daemon's name among the others.
    let site: String
    let ask: @Sendable () async throws -> SharedFacts

    /// - Parameter ask: begins nothing in the name of the site, whose daemon may run; throws what the
    ///   connection or the database says.
    package init(address: String, site: String, ask: @escaping @Sendable () async throws -> SharedFacts) {
        self.address = address
        self.site = site
        self.ask = ask
    }

    /// - Parameters:
    ///   - endpoint: where this daemon's verdicts come from.
    ///   - isServed: whether its daemon runs, and is not stopped.
    func findings(endpoint: String, isServed: Bool) async -> [Finding] {
        do {
            return try await ask().findings(
                of: address, site: site, endpoint: endpoint, isServed: isServed)
        } catch {
            return [
                .explained(
                    .sharedDatabase, address, .failed, explanation(of: error),
                    advice: "Look into the database server's log")
            ]
        }
    }
}

import Cryptography
import Foundation
import Lookup
import PostgreSQL
import Settings
import SharedStore
import Store
import Support
import VirusTotal

extension HashdropSettings {
    /// Address of the database that daemons with one key share; nil if this one is alone.
    ///
    /// Throws a `SettingsError` for what is no address, a way to the server that is not safe, and a password
    /// that cannot be read.
    func sharedAddress() throws -> PostgreSQLAddress? {
        guard let url = shared.database else { return nil }
        return try SharedAddress(url: url, passwordFile: shared.passwordFile).address()
    }

    /// What this daemon shares with others; nil if it is alone. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - key: the VirusTotal key of the moment, whose hash names the ledger.
    ///   - database: the daemon's own, which has counted what it has spent.
    func sharedDatabase(
        endpoint: VirusTotalEndpoint, key: @escaping @Sendable () -> APIKey, over database: HashdropDatabase
    ) throws -> SharedDatabase? {
        guard let client = try sharedClient() else { return nil }
        let clock = try database.ledger.steadyClock(over: SystemClock())
        return SharedDatabase(
            client: client, site: sharedSiteName,
            keyHash: { Self.sharedKeyHash(key()) }, endpoint: endpoint.description,
            limits: lookupOptions.limits,
            localRequests: { [ledger = database.ledger] in try LocalRequests(ledger, at: clock.now) })
    }

    /// A connection to the shared database with the site's patience; nil if this daemon is alone. Nothing is
    /// connected yet; each connection is made with the password that the file has then.
    ///
    /// Throws as `sharedAddress` does.
    func sharedClient() throws -> PostgreSQLClient? {
        guard let url = shared.database else { return nil }
        let shared = SharedAddress(url: url, passwordFile: shared.passwordFile)
        var options = PostgreSQLOptions()
        options.connectLimit = Self.sharedConnectLimit
        options.statementLimit = Self.sharedStatementLimit
        return try PostgreSQLClient(
            address: try shared.address(), renewed: { try shared.address() }, options: options)
    }

    /// What names a key's ledger in the shared database.
    static func sharedKeyHash(_ key: APIKey) -> [UInt8] { key.digest { MessageDigest.of($0) } }

    // Lookups wait for these, and say so: what a busy server needs is far below, and what is above them is
    // a link that is cut.
    private static let sharedConnectLimit: Duration = .seconds(5)
    private static let sharedStatementLimit: Duration = .seconds(10)

    /// The share of the key's limits that is taken ahead for a time without the shared database; nil if none
    /// is.
    ///
    /// Throws a `SettingsError` where the share comes to no request at all.
    func sliceShare() throws -> Double? {
        guard shared.database != nil, shared.whenAway == .slice else { return nil }
        let limits = [
            ("a minute", "virustotal.requestsPerMinute", virusTotal.requestsPerMinute, 1),
            // A slice is an hour's.
            ("an hour", "virustotal.requestsPerDay", virusTotal.requestsPerDay, 24),
        ]
        for (period, name, limit, parts) in limits where limit > 0 && limit * shared.sliceShare < 100 * parts
        {
            let least = (100 * parts + limit - 1) / limit
            let cure =
                least <= 100 ? "it must be at least \(least)" : "set shared.whenAway to wait for such a key"
            throw SettingsError(
                "The setting shared.sliceShare is \(shared.sliceShare), which is less than one request "
                    + "\(period) of \(name) (\(limit)); \(cure).")
        }
        return Double(shared.sliceShare) / 100
    }

    /// This daemon's name among the others.
    var sharedSiteName: String { shared.site ?? ProcessInfo.processInfo.hostName }
}

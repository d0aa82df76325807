import Cryptography
import FileSystem
import Foundation
import Lookup
import PostgreSQL
import Settings
import SharedStore
import VirusTotal

extension HashdropSettings {
    /// Address of the database that daemons with one key share; nil if this one is alone.
    ///
    /// Throws a `SettingsError` for what is no address, a way to the server that is not safe, and a password
    /// that cannot be read.
    func sharedAddress() throws -> PostgreSQLAddress? {
        guard let url = shared.database else { return nil }
        let password = try shared.passwordFile.map(Self.password)
        let address: PostgreSQLAddress
        do throws(PostgreSQLError) {
            address = try PostgreSQLAddress(url, password: password)
        } catch {
            throw SettingsError("The setting shared.database cannot be used: \(error).")
        }
        // A machine on the way would learn what is looked for, and one in the server's place could have the
        // key's quota overdrawn.
        guard address.isProtected else {
            throw SettingsError(
                "The setting shared.database leads to another machine without verifying it; take "
                    + "sslmode out of the URL, or set it to verify-full.")
        }
        return address
    }

    /// What this daemon shares with others; nil if it is alone. Nothing is connected yet.
    ///
    /// - Parameter key: the VirusTotal key of the moment, whose hash names the ledger.
    func sharedDatabase(
        endpoint: VirusTotalEndpoint, key: @escaping @Sendable () -> APIKey
    ) throws -> SharedDatabase? {
        guard let address = try sharedAddress() else { return nil }
        var options = PostgreSQLOptions()
        options.connectLimit = Self.sharedConnectLimit
        options.statementLimit = Self.sharedStatementLimit
        return SharedDatabase(
            client: try PostgreSQLClient(address: address, options: options), site: sharedSiteName,
            keyHash: { key().digest { MessageDigest.of($0) } }, endpoint: endpoint.description,
            limits: lookupOptions.limits)
    }

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

    /// Longer ones are another file's content.
    private static let passwordBytesMax = 4_096

    private static func password(in path: String) throws -> String {
        let bytes: [UInt8]
        do throws(NamedFile.Refusal) {
            bytes = try NamedFile.bytes(at: path, max: passwordBytesMax)
        } catch {
            throw SettingsError(
                "The file '\(path)' (shared.passwordFile) cannot be read (\(error.reason)); \(error.advice), "
                    + "or name another.")
        }
        let password = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard bytes.count <= passwordBytesMax, !password.isEmpty, !password.contains(where: \.isNewline)
        else {
            throw SettingsError(
                "The file '\(path)' (shared.passwordFile) must hold one line with the password; write it "
                    + "again.")
        }
        return password
    }
}

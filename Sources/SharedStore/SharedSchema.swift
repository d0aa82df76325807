package import PostgreSQL

/// Schema `hashdrop` of the shared database: tables, and functions that are all a site may use.
///
/// Made and migrated with the role of the database's owner; the sites' roles may run the functions that are
/// `SECURITY DEFINER` and have no rights to a table.
package enum SharedSchema {
    /// Version of the tables and functions. A daemon works with exactly this one.
    package static let version = 1

    /// The steps from each version to the next.
    private static let steps = [PackageResources.version1_sql]
    private static let functions = [
        PackageResources.drop_sql, PackageResources.base_sql, PackageResources.quota_sql,
        PackageResources.lookups_sql, PackageResources.record_sql, PackageResources.sites_sql,
        PackageResources.move_sql,
    ]

    /// Number of the advisory lock: one migrates, the others wait and find it done. `hdrp` in ASCII, as in
    /// SQLite's file.
    private static let lock = 0x6864_7270

    /// Brings the schema to this version, or makes it, in one transaction.
    ///
    /// Throws `SharedError.newerSchema` if it is of a newer version.
    ///
    /// - Returns: whether there was something to do.
    @discardableResult
    package static func migrate(_ owner: PostgreSQLClient) async throws -> Bool {
        try await translatingErrors {
            try await owner.withSession { session in
                try await session.run(script: "BEGIN")
                _ = try await session.query("SELECT pg_advisory_xact_lock($1)", [.int(lock)])
                let found = try await version(in: session) ?? 0
                guard found <= version else { throw SharedError.newerSchema(version: found) }
                guard found < version else { return false }
                for script in steps[found...] + functions {
                    try await session.run(script: String(decoding: script, as: UTF8.self))
                }
                _ = try await session.query(
                    """
                    INSERT INTO hashdrop.meta (key, value) VALUES ('version', $1)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """, [.text("\(version)")])
                _ = try await session.query("SELECT hashdrop.grant_rights()")
                try await session.run(script: "COMMIT")
                return true
            }
        }
    }

    /// Lets a role be a site's, and makes it if it is not there. Run by the owner, who needs CREATEROLE for a
    /// new one.
    ///
    /// - Parameter password: of a new role; nil for one that logs in by other means, such as a certificate.
    /// - Returns: whether the role was made; one that was there keeps its password.
    @discardableResult
    package static func addSite(
        role: String, password: String?, by owner: PostgreSQLClient
    ) async throws -> Bool {
        try await translatingErrors {
            let rows = try await owner.query(
                "SELECT hashdrop.add_role($1, $2) AS made", [.text(role), .text(password ?? "")])
            return try rows.first?.get("made", .bool) ?? false
        }
    }

    /// The roles that may be sites', for the owner.
    package static func siteRoles(_ owner: PostgreSQLClient) async throws -> [String] {
        try await translatingErrors {
            try await owner.query("SELECT role FROM hashdrop.site_role ORDER BY role")
                .map { try $0.get("role", .text) }
        }
    }

    private static func version(in session: PostgreSQLSession) async throws -> Int? {
        let isThere = try await session.query("SELECT to_regclass('hashdrop.meta') IS NOT NULL AS there")
        guard try isThere.first?.get("there", .bool) == true else { return nil }
        return try await session.query("SELECT value::bigint AS v FROM hashdrop.meta WHERE key = 'version'")
            .first?.get("v", .int)
    }
}

/// Runs `body`, and throws what the server refuses as what it means here.
func translatingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as PostgreSQLError {
        throw SharedError(error)
    }
}

package import PostgreSQL
package import Support

/// Error of the shared database.
package enum SharedError: ExplainedError, Hashable, Sendable {
    /// The server is away, or refuses a statement for a reason of its own.
    case database(PostgreSQLError)
    /// The database has no schema of hashdrop.
    case noSchema
    /// The schema is of a newer hashdrop than this one; its version if it is known.
    case newerSchema(version: Int?)
    /// The schema is of an older hashdrop, and is not migrated yet.
    case olderSchema
    /// The role is not one of the sites'.
    case notAdmitted
    /// The answers come from another endpoint than the configured one.
    case wrongEndpoint(String)
    /// Another role has begun as this site.
    case foreignSite(String)
    /// Another daemon has begun as this site since.
    case supplanted
    /// The server does not know the site any more: it has an older copy of the database.
    case forgotten

    init(_ error: PostgreSQLError) {
        guard case .server(let refusal) = error else {
            self = .database(error)
            return
        }
        self =
            switch refusal.sqlState {
            case "HD001": .newerSchema(version: nil)
            case "HD002": .olderSchema
            case "HD003": .wrongEndpoint(refusal.message)
            case "HD004": .foreignSite(refusal.message)
            case "HD005": .forgotten
            case "HD006": .supplanted
            // PostgreSQL 15, appendix A: a schema, a table or a function that is not there; no rights.
            case "3F000", "42P01": .noSchema
            // The first call of all, which keeps its parameters in every version, has found this one.
            case "42883": .newerSchema(version: nil)
            case "42501": .notAdmitted
            default: .database(error)
            }
    }

    /// Whether the statement may have run although it failed.
    package var mayHaveRun: Bool {
        if case .database(let error) = self { error.mayHaveRun } else { false }
    }

    /// Whether the same may succeed later without a change of the program, its settings or the database.
    package var isRetryable: Bool {
        switch self {
        case .database(let error): error.isRetryable
        case .forgotten: true
        default: false
        }
    }

    package var explanation: Explanation {
        switch self {
        case .database(.unreachable(let reason, _)):
            Explanation(
                "no connection to the shared database: \(reason)",
                advice: Self.advice(forNoConnection: reason))
        case .database(let error): error.explanation
        case .noSchema:
            Explanation(
                "the shared database has no schema of hashdrop", advice: "run 'hashdrop shared init' once")
        case .newerSchema(let version):
            Explanation(
                "the shared database was made by a newer hashdrop"
                    + (version.map { " (version \($0), this one knows \(SharedSchema.version))" } ?? ""),
                advice: "install that version here too")
        case .olderSchema:
            Explanation(
                "the shared database was made by an older hashdrop",
                advice: "run 'hashdrop shared init' with this one, and then update the other sites")
        case .notAdmitted:
            Explanation(
                "the shared database does not admit this site's role",
                advice: "add the role with 'hashdrop shared init'")
        case .wrongEndpoint(let reason):
            Explanation(
                "the shared database is another endpoint's: \(reason)",
                advice: "use another database for it, so that their verdicts never mix")
        case .foreignSite(let reason):
            Explanation(reason, advice: "give each site a name and a role of its own")
        case .supplanted:
            Explanation(
                "another daemon has begun under this site's name",
                advice: "give it a name of its own, and restart this one")
        case .forgotten:
            Explanation("the shared database does not know this site", advice: "it begins anew")
        }
    }

    /// By the words of libpq and the server, which tell no more; those of a server in another language get
    /// the last advice.
    private static func advice(forNoConnection reason: String) -> String {
        func says(_ words: String...) -> Bool { words.contains(where: reason.contains) }
        if says("certificate", "SSL") {
            return
                "look whether sslrootcert in its URL names the file with the authority that has signed the "
                + "server's certificate, and the host is a name that stands in that"
        }
        if says("authentication failed", "no password supplied", "pg_hba.conf", "not permitted to log in") {
            return "look whether user and database in its URL, the password in its file and the server's "
                + "pg_hba.conf are right; 'hashdrop shared init' makes a site's role"
        }
        if says("FATAL:") && says("does not exist") {
            return "look for the database's name in its URL; 'createdb' makes it, and 'hashdrop shared init' "
                + "its tables and the sites' roles"
        }
        return "look whether the server runs and is reached from this machine"
    }
}

extension SharedError: CustomStringConvertible {
    package var description: String { explanation.description }
}

import Foundation
import Model

/// Endpoint of the API, parsed from a path below `/api/v3`.
enum APIRoute: Equatable {
    /// A file by its hash; nil for an id that is none, with the id as it was written.
    case file(FileHash?, asked: String)
    /// A user by name or by key, and what of the user.
    case user(String)
    case overallQuotas(String)
    case apiUsage(String)
    case other

    /// The prefix of every API path.
    static let prefix = "/api/v3/"

    /// Reads a path without its query. Only GET is known: the simulator takes no files and rescans none.
    init(method: String, path: String) {
        let parts = path.dropFirst(Self.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.removingPercentEncoding ?? String($0) }
        guard method == "GET", path.hasPrefix(Self.prefix) else {
            self = .other
            return
        }
        switch (parts.count, parts.first, parts.last) {
        case (2, "files", let id?): self = .file(FileHash(id), asked: id)
        case (2, "users", let id?): self = .user(id)
        case (3, "users", "overall_quotas"): self = .overallQuotas(parts[1])
        case (3, "users", "api_usage"): self = .apiUsage(parts[1])
        default: self = .other
        }
    }

    var endpoint: JournalEntry.Endpoint {
        switch self {
        case .file: .files
        case .user: .user
        case .overallQuotas: .overallQuotas
        case .apiUsage: .apiUsage
        case .other: .other
        }
    }
}

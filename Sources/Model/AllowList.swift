package import Foundation

/// Entry of the allow-list: a file that is not to be called malicious or suspicious, and why.
package struct AllowedFile: Hashable, Sendable {
    /// One of the file's three names.
    package var hash: FileHash
    package var reason: String
    /// The login name of the account that made the entry.
    package var author: String
    package var createdAt: Date
    /// From then on it does nothing; nil for ever.
    package var until: Date?

    package init(hash: FileHash, reason: String, author: String, createdAt: Date, until: Date? = nil) {
        self.hash = hash
        self.reason = reason
        self.author = author
        self.createdAt = createdAt
        self.until = until
    }

    package func isExpired(at now: Date) -> Bool { until.map { $0 <= now } ?? false }
}

/// Allow-list as one report uses it: its entries that have not expired, by their hashes.
///
/// Like the policy that it is part of it is applied while a report is written; answers stay as they are.
package struct AllowList: Hashable, Sendable {
    /// So many entries there may be, which some 40 MiB hold.
    package static let entriesMax = 100_000

    private let entries: [FileHash: AllowedFile]

    /// A list without entries.
    package init() { entries = [:] }

    /// - Parameter now: what has expired by then is left out.
    package init(_ files: [AllowedFile], at now: Date) {
        let valid = files.lazy.filter { !$0.isExpired(at: now) }.map { ($0.hash, $0) }
        entries = Dictionary(valid, uniquingKeysWith: { first, _ in first })
    }

    /// The entry for a row: by the hash that the list names, else by another name of the file.
    package func entry(for row: ReportRow) -> AllowedFile? {
        if entries.isEmpty { return nil }
        if let entry = entries[row.hash] { return entry }
        return row.answer?.fileObject?.hashes.lazy.compactMap { entries[$0] }.first
    }
}

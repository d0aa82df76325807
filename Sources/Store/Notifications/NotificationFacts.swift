package import Foundation
package import Model
import Support

/// What a notification tells, as of when it was queued: the list may be gone when it is delivered.
package struct NotificationFacts: Codable, Hashable, Sendable {
    /// The list that it tells of.
    package struct Job: Codable, Hashable, Sendable {
        package var id: String
        /// The dropped file's name, controls made visible.
        package var name: String
        package var state: String
        /// Why it was refused or cancelled.
        package var reason: String?
        package var receivedAt: Date
        package var finishedAt: Date?
        package var hashes: Int
        /// Rows by verdict; those without a row are left out.
        package var verdicts: [String: Int]
        /// Its report folder, relative to the reports' folder: `alice/20261123-195045-k3f9x_iocs.txt`.
        package var folder: String

        package init(_ job: Model.Job) {
            id = job.id.description
            name = LogText.cut(job.droppedName.display)
            state = job.state.rawValue
            reason = job.reason.map(LogText.cut)
            receivedAt = job.receivedAt
            finishedAt = job.finishedAt
            hashes = job.counts.hashes
            verdicts = Dictionary(
                uniqueKeysWithValues: job.counts.byVerdict.filter { $0.value > 0 }
                    .map { ($0.key.rawValue, $0.value) })
            folder = "\(job.user)/\(job.folderName)"
        }
    }

    package var event: NotificationEvent
    package var time: Date
    /// Whose list it is; nil of what is no list's.
    package var user: String?
    package var job: Job?
    /// How many further lists of the user are in the same state.
    package var others: Int?
    /// Why, of what is no list's, and what a list waits for.
    package var reason: String?

    package init(
        event: NotificationEvent, time: Date, job: Model.Job? = nil, others: Int? = nil, reason: String? = nil
    ) {
        self.event = event
        self.time = time
        user = job?.user.description
        self.job = job.map(Job.init)
        self.others = others
        self.reason = reason
    }
}

extension NotificationFacts {
    /// As JSON, times in ISO 8601, keys in one order.
    var column: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    init(column: String) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(Self.self, from: Data(column.utf8))
    }
}

import Foundation
import Store
import Support

/// One message: a notification, or several of one user's that go in one mail.
struct NotificationMessage: Sendable {
    /// By which a receiver knows one that comes again.
    let id: String
    let facts: [NotificationFacts]
    private let links: MessageLinks

    /// - Parameter entries: at least one.
    init(_ entries: [OutboxEntry], links: MessageLinks) {
        id = entries[0].digest == nil && entries.count == 1 ? entries[0].id : "\(entries[0].id).digest"
        facts = entries.map(\.facts)
        self.links = links
    }

    // MARK: JSON

    /// The first notification as a JSON object, in UTF-8.
    ///
    /// - Parameter isLocal: whether it is for this machine, where the report folder's path means something.
    func json(isLocal: Bool) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let facts = facts[0]
        let document = Document(
            id: id, event: facts.event.rawValue, time: facts.time, user: facts.user,
            job: facts.job.map { job in
                Document.Job(
                    id: job.id, name: job.name, state: job.state, reason: job.reason,
                    receivedAt: job.receivedAt, finishedAt: job.finishedAt, hashes: job.hashes,
                    verdicts: job.verdicts, report: "\(job.folder)/report.html",
                    folder: isLocal ? links.path(of: job) : nil, url: links.url(of: job))
            }, others: facts.others, reason: facts.reason)
        return Array(try encoder.encode(document))
    }

    private struct Document: Encodable {
        struct Job: Encodable {
            var id: String
            var name: String
            var state: String
            var reason: String?
            var receivedAt: Date
            var finishedAt: Date?
            var hashes: Int
            var verdicts: [String: Int]
            /// Relative to the reports' folder.
            var report: String
            /// Absolute.
            var folder: String?
            var url: String?
        }

        var id: String
        var event: String
        var time: Date
        var user: String?
        var job: Job?
        var others: Int?
        var reason: String?
    }

    // MARK: Text

    /// The first notification as `{"text": "…"}`, for a chat.
    func chatJSON() -> [UInt8] {
        var bytes = Array("{\"text\":".utf8)
        JSONText.append(chatText, to: &bytes)
        return bytes + Array("}".utf8)
    }

    /// The first notification on an Adaptive Card, for Teams.
    func teamsJSON() throws -> [UInt8] {
        let card = TeamsCard(text: sentence { "'\($0)'" }, url: facts[0].job.flatMap(links.url))
        return try card.json
    }

    /// What others have written stands in a code span, without what chats read as links or calls.
    private var chatText: String {
        let link = facts[0].job.flatMap(links.url).map { " \($0)" } ?? ""
        return sentence(quoting: Self.codeSpan) + link
    }

    /// Of the first notification, with who says it and whose list it is.
    private func sentence(quoting: (String) -> String) -> String {
        let user = facts[0].user.map { "\($0): " } ?? ""
        return "hashdrop: \(user)" + Self.sentence(of: facts[0], quoting: quoting)
    }

    private static func codeSpan(_ text: String) -> String {
        // By scalars: a combining character does not make another of what is before it.
        let harmless = text.unicodeScalars.map { "`<>&".unicodeScalars.contains($0) ? "_" : $0 }
        return "`\(String(String.UnicodeScalarView(harmless)))`"
    }

    /// What has happened, in a sentence.
    ///
    /// - Parameter quoting: makes a text from outside harmless.
    static func sentence(of facts: NotificationFacts, quoting: (String) -> String) -> String {
        let name = quoting(facts.job?.name ?? "")
        let hashes = count(facts.job?.hashes ?? 0, "hash", "hashes")
        let malicious = facts.job?.verdicts["malicious"] ?? 0
        switch facts.event {
        case .malicious:
            let files = count(malicious, "malicious file", "malicious files")
            return "\(files) in \(name) (\(hashes), \(facts.job?.state ?? ""))."
        case .done: return "\(name) is done (\(hashes), \(malicious) malicious)."
        case .refused: return "\(name) was refused. " + quoting(facts.job?.reason ?? "")
        case .stuck:
            let others = facts.others.map { ", and so have \(count($0, "other list", "other lists"))" } ?? ""
            let reason = facts.reason.map { " " + quoting(capitalized($0)) } ?? ""
            return "\(name) has had no answer for long\(others).\(reason)"
        case .quota: return "No hash is asked. " + quoting(capitalized(facts.reason ?? ""))
        }
    }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    /// How many lists they tell of, or events where one is no list's.
    static func count(of facts: [NotificationFacts]) -> String {
        "\(facts.count) \(facts.allSatisfy { $0.job != nil } ? "lists" : "events")"
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    // MARK: Mail

    /// A mail's subject, as plain text.
    var subject: String {
        guard facts.count == 1, let only = facts.first else {
            let malicious = facts.reduce(0) { $0 + ($1.job?.verdicts["malicious"] ?? 0) }
            return "hashdrop: \(Self.count(of: facts)), "
                + Self.count(malicious, "malicious file", "malicious files")
        }
        let name = String((only.job?.name ?? "").prefix(100))
        let malicious = only.job?.verdicts["malicious"] ?? 0
        return switch only.event {
        case .malicious:
            "hashdrop: \(Self.count(malicious, "malicious file", "malicious files")) in \(name)"
        case .done: "hashdrop: \(name) is done"
        case .refused: "hashdrop: \(name) was refused"
        case .stuck: "hashdrop: \(name) waits"
        case .quota: "hashdrop: no hash is asked"
        }
    }

    /// A mail's text, its lines ended by LF.
    var mailText: String { MailText(facts: facts, links: links).text }
}

/// Where a message leads to.
struct MessageLinks: Sendable {
    /// Where users open the page, without a path; nil for no links.
    var pageURL: String?
    var reportsDirectory: String

    func url(of job: NotificationFacts.Job) -> String? {
        pageURL.map { page in
            var page = page[...]
            while page.hasSuffix("/") { page = page.dropLast() }
            return "\(page)/jobs/\(job.id)"
        }
    }

    func path(of job: NotificationFacts.Job) -> String { "\(reportsDirectory)/\(job.folder)" }
}

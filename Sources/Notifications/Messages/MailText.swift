import Foundation
import Store
import Support

/// Text of a mail to a user: one list with its numbers, or a table of several.
struct MailText {
    let facts: [NotificationFacts]
    let links: MessageLinks

    var text: String {
        var lines = facts.count == 1 ? single(facts[0]) : table
        lines += [
            "", "-- ",
            "hashdrop tells you this because you are subscribed (hashdrop user notify).",
        ]
        return lines.map { $0 + "\n" }.joined()
    }

    private func single(_ facts: NotificationFacts) -> [String] {
        var lines = [NotificationMessage.sentence(of: facts) { $0 }, ""]
        guard let job = facts.job else { return lines }
        lines.append("List      \(job.name)")
        lines.append("State     \(job.state)")
        lines.append("Received  \(Self.minute(job.receivedAt))")
        if let finishedAt = job.finishedAt { lines.append("Finished  \(Self.minute(finishedAt))") }
        lines.append("Hashes    \(job.hashes)")
        if !job.verdicts.isEmpty {
            let verdicts = job.verdicts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            lines.append("Verdicts  " + verdicts.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        }
        lines.append("Report    \(link(to: job))")
        return lines
    }

    /// Columns of fixed width, the name last: it is of any length.
    private var table: [String] {
        var lines = [
            "\(NotificationMessage.count(of: facts)):", "",
            Self.row("When", "Event", "Malicious", "Hashes", "List"),
        ]
        for facts in facts {
            let job = facts.job
            lines.append(
                Self.row(
                    Self.minute(facts.time), facts.event.rawValue, "\(job?.verdicts["malicious"] ?? 0)",
                    "\(job?.hashes ?? 0)", job?.name ?? facts.reason ?? ""))
        }
        lines += [""] + facts.compactMap(\.job).map(link)
        return lines
    }

    /// To the page, or else the folder's name in the user's report folder.
    private func link(to job: NotificationFacts.Job) -> String {
        links.url(of: job) ?? "\(job.folder)/report.html"
    }

    private static func row(
        _ time: String, _ event: String, _ malicious: String, _ hashes: String, _ name: String
    ) -> String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return [left(time, 20), left(event, 9), right(malicious, 9), right(hashes, 9), name]
            .joined(separator: "  ")
    }

    private static func minute(_ date: Date) -> String {
        var bytes: [UInt8] = []
        UTCTime(date).appendMinute(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + " UTC"
    }
}

import Foundation
import Glibc
import Reporting

/// Shows how far a job is: a bar that is redrawn on a terminal; elsewhere a line every ten seconds at most,
/// so that a log stays short, and whenever the reason for waiting or the state is another one.
struct ProgressDisplay {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var last = ""
    private var lastNews = ""
    private var lastWrittenAt = Date.distantPast
    private static let logInterval: TimeInterval = 10

    /// Shows what is new.
    mutating func show(_ status: StatusDocument, now: Date = Date()) {
        show(
            Self.line(status, now: now, barWidth: isTerminal ? 24 : 0),
            news: status.state + (status.waitReason ?? ""), now: now)
    }

    /// Shows how many of so many reports are written, and what keeps the others from it.
    mutating func show(_ finished: Int, of total: Int, trouble: String?, now: Date = Date()) {
        let reason = trouble.map { "  (\($0))" } ?? ""
        show("\(finished) of \(total) reports\(reason)", news: trouble ?? "", now: now)
    }

    /// Shows how many answers are moved.
    mutating func show(answers count: Int, now: Date = Date()) {
        show("\(Wording.count(count, "answer", "answers")) so far", news: "", now: now)
    }

    private mutating func show(_ text: String, news: String, now: Date) {
        let isDue = isTerminal || news != lastNews || now.timeIntervalSince(lastWrittenAt) >= Self.logInterval
        guard text != last, isDue else { return }
        lastNews = news
        lastWrittenAt = now
        write(text)
    }

    /// Shows a sentence in place of the bar.
    mutating func show(_ text: String) {
        guard text != last else { return }
        write(text)
    }

    /// Leaves the last state standing.
    mutating func end() {
        if isTerminal, !last.isEmpty { FileHandle.standardError.write(Data("\n".utf8)) }
        last = ""
    }

    /// Makes room on a terminal for what is printed next.
    mutating func clear() {
        if isTerminal, !last.isEmpty { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        last = ""
    }

    private mutating func write(_ text: String) {
        last = text
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n").utf8))
    }

    static func line(_ status: StatusDocument, now: Date, barWidth: Int) -> String {
        let progress = status.progress
        var parts: [String] = []
        if barWidth > 0 {
            let filled = progress.total == 0 ? barWidth : progress.finished * barWidth / progress.total
            parts.append(
                "[" + String(repeating: "█", count: filled)
                    + String(repeating: "·", count: barWidth - filled) + "]")
        }
        parts.append("\(progress.finished) of \(progress.total)")
        if status.counts.malicious > 0 { parts.append("\(status.counts.malicious) malicious") }
        if status.state == "running" {
            if let expected = status.expectedAt { parts.append(remaining(expected.timeIntervalSince(now))) }
            if let reason = status.waitReason { parts.append("(\(reason))") }
        } else {
            parts.append(status.state)
        }
        return parts.joined(separator: "  ")
    }

    /// In words, for example `about 12 min left`.
    static func remaining(_ seconds: TimeInterval) -> String {
        switch seconds {
        case ..<1.5: "done any moment"
        case ..<90: "about \(Int(seconds.rounded())) s left"
        case ..<5400: "about \(Int((seconds / 60).rounded())) min left"
        case ..<172_800: "about \(Int((seconds / 3600).rounded())) h left"
        default: "about \(Int((seconds / 86_400).rounded())) days left"
        }
    }
}

import Foundation
import Model
import Support
import TestSupport

/// Files whose verdicts change in the course of time, as VirusTotal would tell them.
///
/// How often which kind of file changes is assumed, rather too often than too rarely. In a year 1 in 50
/// settled malicious files is called clean after all, and 1 in 25 settled clean ones becomes malicious. In a
/// month a third of the suspicious files gets another number of detections, and a tenth of the unknown ones
/// becomes known. Half of the new files becomes malicious within five days.
struct RecurringWorld {
    /// What is so of a file from a time on.
    struct Change: Sendable {
        var at: Date
        var detections: Int
    }

    private struct Life {
        /// When VirusTotal first got it; nil if it never does.
        var firstSubmitted: Date?
        /// The first one is of that time.
        var changes: [Change] = []
    }

    private let start: Date
    private let end: Date
    private var lives: [Life] = []
    private var generator: SeededGenerator

    private static let day = 86_400.0
    private static let month = 30 * day
    private static let year = 365 * day
    private static let malicious = 9

    init(from start: Date, to end: Date, seed: UInt64) {
        self.start = start
        self.end = end
        generator = SeededGenerator(seed: seed)
    }

    // MARK: Making files

    /// A file as lists hold them that come again: most are settled.
    mutating func makeFile() -> Int {
        var life = Life()
        switch generator.below(20) {
        case 0..<6: life = settled(detections: Self.malicious, other: 0, meanOfChange: 50 * Self.year)
        case 6..<12: life = settled(detections: 0, other: Self.malicious, meanOfChange: 25 * Self.year)
        case 12..<15:
            let first = start - generator.fraction() * 300 * Self.day
            life.firstSubmitted = first
            life.changes = [Change(at: first, detections: generator.pick([0, Self.malicious]))]
            change(&life, to: [0, Self.malicious], mean: 4 * Self.year)
        case 15..<17:
            let first = start - generator.fraction() * 3 * Self.year
            life.firstSubmitted = first
            life.changes = [Change(at: first, detections: 1)]
            change(&life, to: [0, 1, 2, Self.malicious], mean: 2.5 * Self.month)
        default:
            let known = start + wait(mean: 10 * Self.month)
            guard known < end else { break }
            life = new(at: known)
        }
        lives.append(life)
        return lives.count - 1
    }

    /// A file that VirusTotal has got within the last two days, or gets within the next one.
    mutating func makeNewFile(at now: Date) -> Int {
        lives.append(new(at: now + (generator.fraction() * 3 - 2) * Self.day))
        return lives.count - 1
    }

    private mutating func settled(detections: Int, other: Int, meanOfChange mean: Double) -> Life {
        let first = start - (400 + generator.fraction() * 3_000) * Self.day
        var life = Life(firstSubmitted: first, changes: [Change(at: first, detections: detections)])
        let change = start + wait(mean: mean)
        if change < end { life.changes.append(Change(at: change, detections: other)) }
        return life
    }

    private mutating func new(at first: Date) -> Life {
        var life = Life(firstSubmitted: first, changes: [Change(at: first, detections: generator.below(2))])
        if generator.below(2) == 0 {
            let change = first + (0.1 + generator.fraction() * 5) * Self.day
            life.changes.append(Change(at: change, detections: Self.malicious))
        }
        return life
    }

    /// Lets a file change again and again from the beginning on.
    private mutating func change(_ life: inout Life, to detections: [Int], mean: Double) {
        var time = start + wait(mean: mean)
        while time < end {
            life.changes.append(Change(at: time, detections: generator.pick(detections)))
            time += wait(mean: mean)
        }
    }

    /// Exponentially distributed.
    private mutating func wait(mean: Double) -> Double { -log(1 - generator.fraction()) * mean }

    // MARK: Asking

    /// What VirusTotal says of a file at a time.
    func answer(_ file: Int, at now: Date) -> LookupAnswer.Answer {
        let life = lives[file]
        guard let first = life.firstSubmitted, first <= now,
            let latest = life.changes.last(where: { $0.at <= now })
        else { return .unknown }
        var object = FileObject(
            md5: Samples.hash(file, .md5), sha1: Samples.hash(file, .sha1), sha256: Samples.hash(file))
        object.engines = Self.findings[latest.detections]
        object.firstSubmissionDate = first
        // Scanned each week, and whenever the engines say something else.
        let weeks = (now.timeIntervalSince(first) / (7 * Self.day)).rounded(.down)
        object.lastAnalysisDate = max(latest.at, first + weeks * 7 * Self.day)
        return .known(object)
    }

    /// When a file's verdict became another one between two times.
    func changes(of file: Int, after begin: Date, upTo end: Date) -> [Date] {
        let life = lives[file]
        var word = verdict(of: file, at: begin)
        var changes: [Date] = []
        for change in life.changes where change.at > begin && change.at <= end {
            let next = verdict(of: file, at: change.at)
            if next != word { changes.append(change.at) }
            word = next
        }
        return changes
    }

    private func verdict(of file: Int, at now: Date) -> Verdict {
        VerdictPolicy().verdict(for: answer(file, at: now))
    }

    private static let findings: [EngineFindings] = (0...malicious).map { detections in
        var findings: [String: EngineFinding] = [:]
        for engine in 0..<12 {
            findings["Engine\(engine)"] =
                engine < detections
                ? EngineFinding(category: .malicious, result: "Trojan.Sample")
                : EngineFinding(category: .undetected)
        }
        return EngineFindings(findings)
    }
}

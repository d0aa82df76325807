package import Foundation
import Support

/// Count of a job's rows while they go by: how many there are of each verdict, how they are spread, and which
/// are the most severe.
///
/// Everything that a report says of all rows comes from one pass over them. Memory is bounded however long
/// the list is: some 30 MiB at most.
package struct JobTally: Sendable {
    private let policy: VerdictPolicy
    private let now: Date
    private var verdicts = [Int](repeating: 0, count: Verdict.allCases.count)
    private var files = VerdictTally()
    private var families = NameTally()
    private var types = NameTally()
    private var firstSeen: DayTally
    private var lastScanned: DayTally
    private var severestRows: SeverestRows
    private var signatures: [SignatureState: VerdictTally] = [:]
    private var withoutFacts = VerdictTally()
    private var marks = [Int](repeating: 0, count: FactMark.allCases.count)
    private var groups = [GroupTally](repeating: GroupTally(), count: RowGroup.Kind.allCases.count)

    /// - Parameters:
    ///   - now: dates after it are not believed.
    ///   - severestMax: how many of the most severe rows are remembered.
    package init(policy: VerdictPolicy, now: Date, severestMax: Int) {
        self.policy = policy
        self.now = now
        firstSeen = DayTally(now: now)
        lastScanned = DayTally(now: now)
        severestRows = SeverestRows(max: severestMax)
    }

    /// Counts a row; the order of the rows does not matter.
    package mutating func add(_ row: ReportRow) {
        let verdict = row.verdict(policy)
        verdicts[verdict.severity] += 1
        severestRows.add(row, verdict)
        if let mark = row.memoryMark { marks[mark.rawValue] += 1 }
        guard case .answered(let answer) = row.state, case .known(let object) = answer.answer else { return }
        let tally = VerdictTally(
            malicious: verdict == .malicious ? 1 : 0, suspicious: verdict == .suspicious ? 1 : 0,
            others: verdict == .malicious || verdict == .suspicious ? 0 : 1)
        files += tally
        families.add(tally, object.threatLabel.flatMap(Self.familyOrCategory))
        types.add(tally, object.typeDescription.flatMap { $0.isEmpty ? nil : $0[...] })
        firstSeen.add(tally, object.firstSubmissionDate)
        lastScanned.add(tally, object.lastAnalysisDate)
        if let facts = object.facts {
            if let signature = facts.signature { signatures[signature, default: .init()] += tally }
        } else {
            withoutFacts += tally
        }
        for mark in object.marks(at: now) { marks[mark.rawValue] += 1 }
        let order = UInt64(verdict.severity) << 60 | UInt64(clamping: row.position)
        let example = GroupTally.Example(order: order, hash: row.hash, file: object.sha256)
        row.forEachGroupValue { kind, value in groups[kind.rawValue].add(value, tally, example) }
    }

    /// The family of a suggested threat label, which is written `category.family/variant`: `emotet` of
    /// `trojan.emotet/agent`; nil of a label without one, such as `trojan.`.
    static func family(_ label: String) -> Substring? {
        let start = label.utf8.firstIndex(of: UInt8(ascii: ".")).map(label.utf8.index(after:))
        let rest = label[(start ?? label.startIndex)...]
        let family = rest.utf8.firstIndex(of: UInt8(ascii: "/")).map { rest[..<$0] } ?? rest
        return family.isEmpty ? nil : family
    }

    private static func familyOrCategory(_ label: String) -> Substring? {
        if let family = family(label) { return family }
        let category = label.utf8.lastIndex { $0 != UInt8(ascii: ".") }
        return category.map { label[...$0] }
    }

    /// How many rows there are of each verdict.
    package var byVerdict: [Verdict: Int] {
        Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0, verdicts[$0.severity]) })
            .filter { $0.value > 0 }
    }

    package var statistics: JobStatistics {
        JobStatistics(
            files: files, families: families.ranking, types: types.ranking, firstSeen: firstSeen.timeline,
            lastScanned: lastScanned.timeline, signatures: signatures, withoutFacts: withoutFacts,
            marks: Dictionary(uniqueKeysWithValues: FactMark.allCases.map { ($0, marks[$0.rawValue]) })
                .filter { $0.value > 0 },
            groups: Dictionary(
                uniqueKeysWithValues: RowGroup.Kind.allCases.map { ($0, groups[$0.rawValue].shared) }
            ).filter { !$0.value.top.isEmpty })
    }

    /// The hashes of the most severe rows, the most severe first: by verdict, then by detecting engines, then
    /// as the list names them.
    package var severest: [FileHash] { severestRows.hashes }
}

/// Names by how many rows have them.
private struct NameTally {
    /// So many different names are counted by themselves, more than there are threat families; the rows of
    /// further ones count together.
    private static let namesMax = 50_000

    private var tallies: [Substring: VerdictTally] = [:]
    private var others = VerdictTally()
    private var unnamed = VerdictTally()

    mutating func add(_ tally: VerdictTally, _ name: Substring?) {
        guard let name else {
            unnamed += tally
            return
        }
        if tallies[name]?.add(tally) != nil { return }
        if tallies.count < Self.namesMax {
            // A text of its own, not a part of the row's.
            tallies[String(name)[...]] = tally
        } else {
            others += tally
        }
    }

    /// The most frequent first, equals in the order of their names' bytes.
    var ranking: Ranking {
        let sorted = tallies.sorted {
            $0.value.total == $1.value.total
                ? $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) : $0.value.total > $1.value.total
        }
        let top = sorted.prefix(Ranking.topMax).map { Ranking.Entry(name: String($0.key), tally: $0.value) }
        return Ranking(
            top: top, valuesTotal: sorted.count,
            rest: sorted.dropFirst(Ranking.topMax).reduce(others) { $0 + $1.value }, unnamed: unnamed)
    }
}

/// Rows by the day of one of their dates.
private struct DayTally {
    private let now: Date
    private let lastDay: Int
    private var tallies: [Int: VerdictTally] = [:]
    private var undated = VerdictTally()

    init(now: Date) {
        self.now = now
        lastDay = now.daysSince1970
    }

    mutating func add(_ tally: VerdictTally, _ date: Date?) {
        // There are no more days than there have been since 1970.
        guard let day = date?.daysSince1970, (0...max(0, lastDay)).contains(day) else {
            undated += tally
            return
        }
        if tallies[day]?.add(tally) == nil { tallies[day] = tally }
    }

    var timeline: Timeline {
        var builder = TimelineBuilder(now: now)
        builder.add(undated, day: nil)
        for (day, tally) in tallies.sorted(by: { $0.key < $1.key }) { builder.add(tally, day: day) }
        return builder.timeline
    }
}

/// The most severe of the rows so far.
private struct SeverestRows {
    private struct Entry {
        /// The smaller, the more severe: the verdict, then how few engines detect the file, then its place.
        var order: UInt64
        var hash: FileHash
    }

    private let max: Int
    private var entries: [Entry] = []
    /// What is not below it is not among them.
    private var bound = UInt64.max

    init(max: Int) { self.max = max }

    mutating func add(_ row: ReportRow, _ verdict: Verdict) {
        let detections = row.answer?.fileObject.map { min($0.detectionCount, Self.detectionsMax) + 1 } ?? 0
        let order =
            UInt64(verdict.severity) << 60 | UInt64(Self.detectionsMax + 1 - detections) << 40
            | UInt64(clamping: row.position)
        guard order < bound else { return }
        entries.append(Entry(order: order, hash: row.hash))
        if entries.count >= max + max / 4 + 1 {
            sort()
            bound = entries.last?.order ?? 0
        }
    }

    private static let detectionsMax = 1 << 19

    private mutating func sort() {
        entries.sort { $0.order < $1.order }
        entries.removeLast(Swift.max(0, entries.count - max))
    }

    var hashes: [FileHash] {
        var rows = self
        rows.sort()
        return rows.entries.map(\.hash)
    }
}

extension VerdictTally {
    fileprivate mutating func add(_ other: VerdictTally) { self += other }
}

package import Foundation
import Support

/// Histogram of rows by a date, with few enough buckets for a small chart.
package struct Timeline: Hashable, Sendable {
    /// What one bucket is long. Weeks begin on Monday, everything in UTC.
    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case day, week, month, quarter, year, decade
    }

    package struct Bucket: Hashable, Sendable {
        /// Its first midnight, UTC.
        package var start: Date
        package var tally: VerdictTally

        package init(start: Date, tally: VerdictTally = .init()) {
            self.start = start
            self.tally = tally
        }
    }

    /// How many buckets there are at most: 40. The unit is the finest that needs no more of them.
    package static let bucketsMax = 40

    package var unit: Unit
    /// Without gaps from the first to the last that is not empty, the oldest first; empty if no row has a
    /// date.
    package var buckets: [Bucket]
    /// Rows without such a date, or with one in the future.
    package var undated: VerdictTally

    package init(unit: Unit = .day, buckets: [Bucket] = [], undated: VerdictTally = .init()) {
        self.unit = unit
        self.buckets = buckets
        self.undated = undated
    }

    package var isEmpty: Bool { buckets.isEmpty }
    /// The fullest bucket's rows.
    package var largest: Int { buckets.map(\.tally.total).max() ?? 0 }

    /// What the bucket at `index` is called: `2026-11-23`, `week of 2026-11-23`, `2026-11`, `2026 Q4`,
    /// `2026`, `2020s`.
    package func label(at index: Int) -> String {
        let day = CivilDate(buckets[index].start)
        let month = (day.month < 10 ? "0" : "") + String(day.month)
        let date = "\(day.year)-\(month)-\(day.day < 10 ? "0" : "")\(day.day)"
        return switch unit {
        case .day: date
        case .week: "week of \(date)"
        case .month: "\(day.year)-\(month)"
        case .quarter: "\(day.year) Q\((day.month + 2) / 3)"
        case .year: String(day.year)
        case .decade: "\(day.year)s"
        }
    }
}

/// Makes a timeline of days that come in ascending order, in the memory of a few buckets: when they do not
/// fit, it goes on in the next coarser unit.
package struct TimelineBuilder {
    private let lastDay: Int
    // Weeks do not divide months: days are kept until even weeks would be too many.
    private var unit = Timeline.Unit.day
    /// The buckets that are not empty, each with its first day in days since 1970.
    private var tallies: [(day: Int, tally: VerdictTally)] = []
    private var undated = VerdictTally()

    /// - Parameter now: days after its own are not believed.
    package init(now: Date) {
        lastDay = max(0, now.daysSince1970)
    }

    /// Adds the rows of a day, given in days since 1970 and not before the last one; nil for rows without a
    /// date.
    package mutating func add(_ tally: VerdictTally, day: Int?) {
        guard let day, (0...lastDay).contains(day) else {
            undated += tally
            return
        }
        Self.insert(tally, on: day, into: &tallies, unit)
        while span(unit == .day ? .week : unit) > Timeline.bucketsMax, let coarser = unit.coarserInBuilding {
            unit = coarser
            tallies = regrouped(unit)
        }
    }

    package var timeline: Timeline {
        let unit = unit == .day && span(.day) > Timeline.bucketsMax ? Timeline.Unit.week : unit
        let tallies = regrouped(unit)
        guard let first = tallies.first, let last = tallies.last else { return Timeline(undated: undated) }
        let start = unit.number(of: first.day)
        var buckets = (start...unit.number(of: last.day)).map {
            Timeline.Bucket(start: CivilDate(daysSince1970: unit.firstDay(of: $0)).start)
        }
        for (day, tally) in tallies { buckets[unit.number(of: day) - start].tally = tally }
        return Timeline(unit: unit, buckets: buckets, undated: undated)
    }

    /// How many buckets of this unit there are from the first to the last.
    private func span(_ unit: Timeline.Unit) -> Int {
        guard let first = tallies.first, let last = tallies.last else { return 0 }
        return unit.number(of: last.day) - unit.number(of: first.day) + 1
    }

    private func regrouped(_ unit: Timeline.Unit) -> [(day: Int, tally: VerdictTally)] {
        tallies.reduce(into: []) { Self.insert($1.tally, on: $1.day, into: &$0, unit) }
    }

    private static func insert(
        _ tally: VerdictTally, on day: Int, into tallies: inout [(day: Int, tally: VerdictTally)],
        _ unit: Timeline.Unit
    ) {
        let first = unit.firstDay(of: unit.number(of: day))
        if tallies.last?.day == first {
            tallies[tallies.count - 1].tally += tally
        } else {
            tallies.append((first, tally))
        }
    }
}

extension Timeline.Unit {
    /// Each is made of whole ones of the unit before it, but for weeks.
    fileprivate var coarserInBuilding: Self? {
        switch self {
        case .day, .week: .month
        case .month: .quarter
        case .quarter: .year
        case .year: .decade
        case .decade: nil
        }
    }

    /// Which bucket a day is in, in the order of time.
    fileprivate func number(of day: Int) -> Int {
        // 1970-01-01 was a Thursday: three days earlier a week began.
        if self == .day { return day }
        if self == .week { return (day + 3) / 7 }
        let date = CivilDate(daysSince1970: day)
        return switch self {
        case .day, .week, .month: date.year * 12 + date.month - 1
        case .quarter: date.year * 4 + (date.month - 1) / 3
        case .year: date.year
        case .decade: date.year / 10
        }
    }

    /// The first day of a bucket, in days since 1970.
    fileprivate func firstDay(of number: Int) -> Int {
        switch self {
        case .day: number
        case .week: number * 7 - 3
        case .month: CivilDate(year: number / 12, month: number % 12 + 1, day: 1).daysSince1970
        case .quarter: CivilDate(year: number / 4, month: number % 4 * 3 + 1, day: 1).daysSince1970
        case .year: CivilDate(year: number, month: 1, day: 1).daysSince1970
        case .decade: CivilDate(year: number * 10, month: 1, day: 1).daysSince1970
        }
    }
}

package import Foundation
import GRDB
package import Model

extension JobSnapshot {
    /// How all of the answered rows are spread over families, types and time.
    ///
    /// Counted in the database, so that neither memory nor a page's limit of rows plays a part.
    ///
    /// - Parameter now: dates after it are not believed.
    package func statistics(thresholds: VerdictThresholds, now: Date) throws -> JobStatistics {
        var families = RankingBuilder()
        var types = RankingBuilder()
        var firstSeen = TimelineBuilder(now: now)
        var lastScanned = TimelineBuilder(now: now)
        let rows = try Row.fetchCursor(db, sql: Self.statisticsQuery(thresholds), arguments: ["job": rowID])
        while let row = try rows.next() {
            let tally = VerdictTally(malicious: row[3], suspicious: row[4], others: row[5])
            switch Part(rawValue: row[0]) {
            case .family: families.add(row[2], tally)
            case .type: types.add(row[2], tally)
            case .firstDay: firstSeen.add(tally, day: row[1])
            case .lastDay: lastScanned.add(tally, day: row[1])
            case nil: preconditionFailure("the query names its parts by these numbers")
            }
        }
        return JobStatistics(
            files: types.total, families: families.ranking, types: types.ranking,
            firstSeen: firstSeen.timeline, lastScanned: lastScanned.timeline)
    }

    private enum Part: Int {
        case family, type, firstDay, lastDay
    }

    /// One pass over the job's rows, grouped four times: part, place, name, malicious, suspicious, others.
    private static func statisticsQuery(_ thresholds: VerdictThresholds) -> String {
        let sums = "sum(class = 2) AS m, sum(class = 1) AS s, sum(class = 0) AS o"
        func ranking(_ part: Part, _ column: String) -> String {
            // The most frequent first; the values beyond them are summed up there, not here.
            "SELECT \(part.rawValue), -count(*), \(column), \(sums) FROM known GROUP BY \(column)"
        }
        func timeline(_ part: Part, _ column: String) -> String {
            "SELECT \(part.rawValue), \(column), NULL, \(sums) FROM known GROUP BY \(column)"
        }
        return """
            WITH known AS MATERIALIZED (
                SELECT CASE WHEN file.detectionCount >= \(thresholds.maliciousFrom) THEN 2
                        WHEN file.detectionCount >= \(thresholds.suspiciousFrom) THEN 1 ELSE 0 END AS class,
                    \(family) AS family, nullif(file.type, '') AS type,
                    file.firstSubmittedAt / 86400000 AS firstDay, file.lastAnalysisAt / 86400000 AS lastDay
                FROM jobHash JOIN answer ON answer.hash = coalesce(jobHash.askedAs, jobHash.hash)
                    JOIN file ON file.id = answer.fileID
                WHERE jobID = :job AND state = 2)
            \(ranking(.family, "family")) UNION ALL \(ranking(.type, "type"))
            UNION ALL \(timeline(.firstDay, "firstDay")) UNION ALL \(timeline(.lastDay, "lastDay"))
            ORDER BY 1, 2, 3
            """
    }

    /// The family of a suggested threat label, which is written `category.family/variant`: `emotet` of
    /// `trojan.emotet/agent`, and the category of a label without a family, such as `trojan.`.
    private static var family: String {
        let label = "file.threatLabel"
        let rest = "substr(\(label), instr(\(label), '.') + 1)"
        return """
            coalesce(nullif(CASE WHEN instr(\(rest), '/') > 0 THEN substr(\(rest), 1, instr(\(rest), '/') - 1)
                ELSE \(rest) END, ''), nullif(rtrim(\(label), '.'), ''))
            """
    }
}

/// Takes values in the order of their frequency.
private struct RankingBuilder {
    private(set) var ranking = Ranking()
    private(set) var total = VerdictTally()

    mutating func add(_ name: String?, _ tally: VerdictTally) {
        total += tally
        guard let name else {
            ranking.unnamed += tally
            return
        }
        ranking.valuesTotal += 1
        if ranking.top.count < Ranking.topMax {
            ranking.top.append(.init(name: name, tally: tally))
        } else {
            ranking.rest += tally
        }
    }
}

import Foundation
import Support

/// What must hold of a long life's figures.
struct YearBounds {
    let plan: YearPlan
    let figures: [YearFigures]

    /// What does not hold, a sentence each.
    func complaints(withMemory: Bool) -> [String] {
        figures.flatMap(complaints(of:)) + growth(withMemory: withMemory) + leftovers()
    }

    /// The retention works hourly, and the machine sleeps for an hour at a time.
    private static let delay: Duration = .seconds(2 * 3_600)
    /// The time that the machine is off is not known to the ledger's clock, and after it nothing is removed
    /// for a day.
    private static let powerCut: Duration = .seconds(3 * 86_400)

    private func delay(at date: Date, kept: Duration) -> Duration {
        guard let day = plan.powerCutDay else { return Self.delay }
        let cut = plan.start + .seconds(day * 86_400)
        return cut < date && date < cut + kept + Self.powerCut ? Self.delay + Self.powerCut : Self.delay
    }

    // MARK: At each moment

    private func complaints(of figures: YearFigures) -> [String] {
        var complaints: [String] = []
        func require(_ holds: Bool, _ complaint: @autoclosure () -> String) {
            if !holds { complaints.append("\(figures.label): \(complaint())") }
        }
        func rows(_ table: String) -> Int { figures.rows[table, default: 0] }
        func age(_ date: Date?) -> Duration { .seconds(date.map { figures.at.timeIntervalSince($0) } ?? 0) }

        let ledgerKept = Duration.seconds(31 * 86_400)
        require(
            age(figures.oldestRequest) <= ledgerKept + delay(at: figures.at, kept: ledgerKept),
            "the ledger's oldest request is of \(figures.oldestRequest!)")
        require(
            rows("request") >= figures.requestsOf31Days,
            "\(rows("request")) requests in the ledger, and \(figures.requestsOf31Days) in 31 days")
        require(
            age(figures.oldestEnd) <= plan.keepJobs + delay(at: figures.at, kept: plan.keepJobs),
            "a job that ended at \(figures.oldestEnd!) is still there")
        require(
            figures.reportFolders == rows("job"),
            "\(figures.reportFolders) report folders of \(rows("job")) jobs")
        // Grows by intention, up to what is asked within cache.keep; and a day's requests are a row for ever.
        require(
            rows("answer") >= figures.answersKept && rows("file") >= figures.filesKept,
            "\(rows("answer")) answers and \(rows("file")) files, but \(figures.answersKept) and "
                + "\(figures.filesKept) are to be kept")
        require(rows("requestDay") <= days(until: figures.at) + 1, "\(rows("requestDay")) days of requests")
        let users = plan.users.count
        require(
            rows("session") <= users * 20 && rows("device") <= users * 20, "too many sessions or browsers")
        require(rows("quotaCheck") <= 64, "\(rows("quotaCheck")) questions for the quota")
        require(rows("meta") <= 200, "\(rows("meta")) rows of meta")
        return complaints
    }

    private func days(until date: Date) -> Int { date.daysSince1970 - plan.start.daysSince1970 }

    // MARK: From the early periods to the late ones

    private func growth(withMemory: Bool) -> [String] {
        var bounded: [(name: String, value: (YearFigures) -> Int)] = [
            ("jobs", { $0.rows["job", default: 0] }),
            ("hashes of jobs", { $0.rows["jobHash", default: 0] }),
            ("bytes of the database without the answers", { $0.otherBytes }),
            ("bytes of reports", { $0.reportBytes }),
            ("bytes for each answer", { $0.cacheBytes / max(1, $0.rows["answer", default: 0]) }),
        ]
        if days(until: figures.last!.at) > 2 * 31 {
            bounded.append(("requests in the ledger", { $0.rows["request", default: 0] }))
        }
        if plan.keepAnswers < .seconds(plan.days * 86_400) {
            bounded.append(("answers", { $0.rows["answer", default: 0] }))
        }
        if withMemory { bounded.append(("bytes of memory", { $0.residentBytes })) }
        return bounded.compactMap { name, value in
            let early = mean(plan.earlyPeriods, value)
            let late = mean(plan.latePeriods, value)
            guard late > early * plan.growthMax else { return nil }
            let growth = String(format: "%.2f", late / early)
            return "\(name) grow: \(Int(early)) became \(Int(late)), \(growth) times as many"
        }
    }

    private func mean(_ periods: Range<Int>, _ value: (YearFigures) -> Int) -> Double {
        Double(figures[periods].map(value).reduce(0, +)) / Double(periods.count)
    }

    // MARK: At the end

    private func leftovers() -> [String] {
        let last = figures.last!
        var complaints: [String] = []
        for table in ["retry", "pendingOutcome"] where last.rows[table, default: 0] > 0 {
            complaints.append("\(last.rows[table]!) rows of \(table) are left")
        }
        if last.stateNames != figures.first!.stateNames {
            complaints.append("the daemon's folder holds \(last.stateNames)")
        }
        // Within cache.keep nothing is there twice, and nothing that was not answered.
        if plan.keepAnswers >= .seconds(plan.days * 86_400),
            last.rows["answer"] != last.answersKept || last.rows["file"] != last.filesKept
        {
            complaints.append("\(last.rows["answer"]!) answers, and \(last.answersKept) were given")
        }
        return complaints
    }
}

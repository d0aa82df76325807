package import Foundation
import GRDB
package import Support

/// The quota's use, as the ledger has it.
package struct QuotaSpending: Hashable, Sendable {
    /// How long ago the requests of the last minute ended, the oldest first. VirusTotal had counted each by
    /// then, so the minute that it counts is over a minute after that at the latest.
    package var lastMinute: [Duration]
    /// Requests in this UTC day, and in later ones if the clock was put back since.
    package var today: Int
    /// Requests in this UTC month, and in later ones.
    package var thisMonth: Int
    /// Those of them that are in later days, and count again when such a day comes.
    package var afterToday: Int
    package var afterThisMonth: Int
    /// Whether `today` and `thisMonth` are the requests of the last 24 hours and 31 days instead: after a
    /// leap of the wall clock it is not known when a day and a month have begun.
    package var isDayRolling: Bool
    package var isMonthRolling: Bool

    package init(
        lastMinute: [Duration] = [], today: Int = 0, thisMonth: Int = 0, afterToday: Int = 0,
        afterThisMonth: Int = 0, isDayRolling: Bool = false, isMonthRolling: Bool = false
    ) {
        self.isDayRolling = isDayRolling
        self.isMonthRolling = isMonthRolling
        self.lastMinute = lastMinute
        self.today = today
        self.thisMonth = thisMonth
        self.afterToday = afterToday
        self.afterThisMonth = afterThisMonth
    }
}

/// Ledger of requests: each is written before it is sent.
package struct QuotaLedger: Sendable {
    let pool: MeteredPool

    /// No request takes longer: what was sent before and never ended cannot arrive any more.
    private static let requestMillisecondsMax: Int64 = 600_000

    /// What has been spent by `reading`.
    ///
    /// A request that has not ended counts as ending now. If the wall clock stepped back, requests from
    /// "later" count today and this month: rather ask too little than overdraw.
    package func spending(at reading: ClockReading) throws -> QuotaSpending {
        let now = reading.wall
        return try pool.read { db in
            func requests(since day: Int) throws -> Int {
                try Int.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT coalesce(sum(requests), 0) FROM requestDay WHERE day >= ?"),
                    arguments: [day])!
            }
            // VirusTotal counts a request between its sending and its end: what was on its way when the
            // period began may have been counted in it.
            func requestsOnTheirWay(intoDay day: Int) throws -> Int {
                try Int.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT count(*) FROM request WHERE sentAt BETWEEN :start - :most AND :start - 1
                                AND coalesce(endedAt, :now) >= :start
                            """),
                    arguments: [
                        "start": Int64(day) * 86_400_000, "most": Self.requestMillisecondsMax,
                        "now": now.milliseconds,
                    ])!
            }
            func spending(since day: Int) throws -> Int {
                try requests(since: day) + requestsOnTheirWay(intoDay: day)
            }
            var spent = QuotaSpending(
                lastMinute: try Self.ages(within: Self.minute, at: reading.monotonic, in: db),
                today: try spending(since: now.daysSince1970),
                thisMonth: try spending(since: CivilDate(now).monthStart.daysSince1970),
                afterToday: try requests(since: now.daysSince1970 + 1),
                afterThisMonth: try requests(since: CivilDate(now).nextMonthStart.daysSince1970))
            let tick = try Self.tick(at: reading.monotonic, in: db)
            let leapTick = try Int64.fetchOne(db.cachedStatement(sql: "SELECT leapTick FROM ledgerClock"))
            if let leapTick, tick - leapTick < Self.day {
                spent.today = try Self.requests(sinceTick: tick - Self.day, in: db)
                spent.isDayRolling = true
            }
            if let leapTick, tick - leapTick < Self.month {
                spent.thisMonth = try Self.requests(sinceTick: tick - Self.month, in: db)
                spent.isMonthRolling = true
            }
            return spent
        }
    }

    private static let day: Int64 = 86_400_000
    /// The longest one.
    private static let month: Int64 = 31 * day

    private static func requests(sinceTick tick: Int64, in db: Database) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM request WHERE endedTick > ? OR endedAt IS NULL"),
            arguments: [tick])!
    }

    // MARK: Leaps of the wall clock

    /// Takes note of the leap of a reading, once.
    ///
    /// Requests are dated by the new time from then on, those of before among them: how long ago each was is
    /// known. Until a day and a month have passed, the ledger counts the last 24 hours and 31 days: the leap
    /// may be wrong, and then it is not known when they begin.
    package func note(leapOf reading: ClockReading) throws {
        guard let leap = reading.leap else { return }
        try pool.write { db in
            let tick = try Self.tick(at: leap.believedAt, in: db)
            let column = leap.mayBeTime ? "gapTick" : "leapTick"
            try db.cachedStatement(
                sql: "UPDATE ledgerClock SET \(column) = :tick WHERE coalesce(\(column), -1) < :tick"
            ).execute(arguments: ["tick": tick])
            guard db.changesCount > 0 else { return }
            // With it the next start does not take the same leap for another.
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO clockMemory (id, wall, uptime, bootID)
                        SELECT 1, ?, ?, bootID FROM ledgerClock
                    """
            ).execute(arguments: [reading.wall.milliseconds, reading.monotonic.wholeMilliseconds])
            if leap.mayBeTime { return }
            try db.cachedStatement(
                sql: "UPDATE request SET sentAt = sentAt + :offset, endedAt = endedAt + :offset"
            ).execute(arguments: ["offset": leap.offset.wholeMilliseconds])
            try db.cachedStatement(sql: "DELETE FROM requestDay").execute()
            try Self.forgetOthers(in: db)
            try db.cachedStatement(
                sql: """
                    INSERT INTO requestDay (day, requests)
                        SELECT sentAt / :day - (sentAt % :day < 0), count(*) FROM request GROUP BY 1
                    """
            ).execute(arguments: ["day": Self.day])
        }
    }

    /// How long ago the wall clock last leapt, and how long ago the machine had been off for more than a day;
    /// on the ledger's clock, which stands while the machine is off. Nil where it never did.
    package func sinceLeap(at reading: ClockReading) throws -> (leap: Duration?, gap: Duration?) {
        try pool.read { db in
            let now = try Self.tick(at: reading.monotonic, in: db)
            let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT leapTick, gapTick FROM ledgerClock"))!
            let (leap, gap): (Int64?, Int64?) = (row[0], row[1])
            return (leap.map { .milliseconds(now - $0) }, gap.map { .milliseconds(now - $0) })
        }
    }

    /// What the run before believed of the time; nil if there was none.
    package func clockMemory() throws -> ClockMemory? {
        try pool.read(Self.clockMemory)
    }

    @Sendable static func clockMemory(in db: Database) throws -> ClockMemory? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT wall, uptime, bootID FROM clockMemory")).map { row in
            ClockMemory(
                wall: Date(milliseconds: row[0]), monotonic: .milliseconds(row[1] as Int64), bootID: row[2])
        }
    }

    /// The clock of this machine as the daemon believes it, for a service or a command.
    package func steadyClock(over base: any ServiceClock) throws -> SteadyClock {
        SteadyClock(base: base, memory: try clockMemory())
    }

    package func remember(_ memory: ClockMemory) throws {
        try pool.write { db in
            try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO clockMemory (id, wall, uptime, bootID) VALUES (1, ?, ?, ?)"
            ).execute(arguments: [
                memory.wall.milliseconds, memory.monotonic.wholeMilliseconds, memory.bootID,
            ])
        }
    }

    /// How long ago the requests of the last minute ended, or of another time that is not much longer; the
    /// oldest first. A request that has not ended has 0.
    package func requestAges(within time: Duration, at reading: ClockReading) throws -> [Duration] {
        try pool.read { try Self.ages(within: time.wholeMilliseconds, at: reading.monotonic, in: $0) }
    }

    private static func ages(within time: Int64, at uptime: Duration, in db: Database) throws -> [Duration] {
        let now = try tick(at: uptime, in: db)
        var ages: [Int64] = []
        for table in ["request", "quotaCheck"] {
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT endedTick, endedAt IS NULL FROM \(table) ORDER BY id DESC"))
            while let row = try rows.next() {
                // Without a tick it is on its way, or ended long ago under an earlier version.
                guard let ended: Int64 = row[0] ?? (row[1] ? now : nil),
                    now - ended < time + requestMillisecondsMax
                else { break }
                if now - ended < time { ages.append(now - ended) }
            }
        }
        return ages.sorted(by: >).map { .milliseconds($0) }
    }

    private static let minute: Int64 = 60_000

    /// The ledger's clock at this uptime.
    private static func tick(at uptime: Duration, in db: Database) throws -> Int64 {
        try uptime.wholeMilliseconds + Int64.fetchOne(
            db.cachedStatement(sql: "SELECT offset FROM ledgerClock"))!
    }

    /// Closes what another run of the daemon left open, once, before this one sends anything.
    ///
    /// Its requests in flight end now: their connections died with it, and VirusTotal has counted them by now
    /// or never will. What a clock that ran ahead by more than a day wrote is today's: it was spent, and
    /// otherwise would count until that day has come.
    package func closeEarlierRun(at reading: ClockReading, bootID: String) throws {
        let now = reading.wall
        try pool.write { db in
            try Self.goOn(at: reading, bootID: bootID, in: db)
            let tick = try Self.tick(at: reading.monotonic, in: db)
            try db.cachedStatement(
                sql: """
                    UPDATE request SET endedAt = ?, endedTick = ?, outcome = 'hashdrop ended'
                    WHERE endedAt IS NULL
                    """
            ).execute(arguments: [now.milliseconds, tick])
            try db.cachedStatement(
                sql: "UPDATE quotaCheck SET endedAt = ?, endedTick = ? WHERE endedAt IS NULL"
            ).execute(arguments: [now.milliseconds, tick])
            let today = now.daysSince1970
            try db.cachedStatement(
                sql: """
                    INSERT INTO requestDay (day, requests)
                        SELECT :today, sum(requests) FROM requestDay WHERE day > :tomorrow HAVING count(*) > 0
                    ON CONFLICT (day) DO UPDATE SET requests = requests + excluded.requests
                    """
            ).execute(arguments: ["today": today, "tomorrow": today + 1])
            try db.cachedStatement(sql: "DELETE FROM requestDay WHERE day > ?").execute(arguments: [today + 1]
            )
            try db.cachedStatement(
                sql: """
                    UPDATE request SET sentAt = min(sentAt, :now), endedAt = min(endedAt, :now)
                    WHERE endedAt > :now
                    """
            ).execute(arguments: ["now": now.milliseconds])
        }
    }

    /// Sets the ledger's clock going for a run of the daemon.
    ///
    /// After another start of the machine it goes on where it was last seen, as if the machine had been off
    /// for no time: how long it was, only the wall clock could tell, and that may be wrong.
    static func goOn(at reading: ClockReading, bootID: String, in db: Database) throws {
        let last = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT max(coalesce((SELECT max(endedTick) FROM request), 0),
                        coalesce((SELECT max(endedTick) FROM quotaCheck), 0))
                    """))!
        try db.cachedStatement(
            sql: """
                UPDATE ledgerClock SET bootID = :bootID, offset = :last
                WHERE bootID <> :bootID OR offset + :uptime < :last
                """
        ).execute(arguments: ["bootID": bootID, "last": last, "uptime": reading.monotonic.wholeMilliseconds])
        // An earlier version wrote the wall clock's time alone.
        let tick = try tick(at: reading.monotonic, in: db)
        for table in ["request", "quotaCheck"] {
            try db.cachedStatement(
                sql: """
                    UPDATE \(table) SET endedTick = :tick - max(0, :now - endedAt)
                    WHERE endedTick IS NULL AND sentAt > :now - :most AND endedAt > :now - :minute
                    """
            ).execute(arguments: [
                "tick": tick, "now": reading.wall.milliseconds, "minute": minute,
                "most": minute + requestMillisecondsMax,
            ])
        }
    }

    /// All requests that the ledger still counts, of every day.
    package func requestsCounted() throws -> Int {
        try pool.read { try Int.fetchOne($0, sql: "SELECT coalesce(sum(requests), 0) FROM requestDay")! }
    }

    /// Writes that the quota itself is about to be asked for: one of the minute's requests, also for a daemon
    /// that is started again within the minute.
    ///
    /// - Returns: the question's number, for `endCheck`.
    package func beginCheck(at now: Date) throws -> Int64 {
        try pool.write { db in
            try db.cachedStatement(sql: "INSERT INTO quotaCheck (sentAt) VALUES (?)").execute(arguments: [
                now.milliseconds
            ])
            let number = db.lastInsertedRowID
            try db.cachedStatement(sql: "DELETE FROM quotaCheck WHERE id <= ?").execute(arguments: [
                number - Self.checksKeptMax
            ])
            return number
        }
    }

    package func endCheck(_ number: Int64, at now: ClockReading) throws {
        try pool.write { db in
            try db.cachedStatement(sql: "UPDATE quotaCheck SET endedAt = ?, endedTick = ? WHERE id = ?")
                .execute(arguments: [now.wall.milliseconds, try Self.tick(at: now.monotonic, in: db), number])
        }
    }

    /// More than there can be within a minute: the daemon asks at most once in some minutes, and once at each
    /// start.
    private static let checksKeptMax: Int64 = 64

    /// Drops some single requests that are older than `age`, in a short transaction; the days' sums stay.
    /// Both clocks must say so: a wrong wall clock may have dated them, and after a leap they are counted by
    /// the ledger's.
    ///
    /// - Returns: whether there may be more.
    package func prune(olderThan age: Duration, at reading: ClockReading) throws -> Bool {
        try pool.write { db in
            let tick = try Self.tick(at: reading.monotonic, in: db) - age.wholeMilliseconds
            try db.cachedStatement(
                sql: """
                    DELETE FROM request WHERE id IN (
                        SELECT id FROM request
                        WHERE sentAt < :date AND endedAt < :date AND coalesce(endedTick, :tick) <= :tick
                        LIMIT :limit)
                    """
            ).execute(arguments: [
                "date": (reading.wall - age).milliseconds, "tick": tick, "limit": Self.requestsAtOnce,
            ])
            return db.changesCount == Self.requestsAtOnce
        }
    }

    private static let requestsAtOnce = 5_000

    /// Takes a request back that has not left this machine: without a connection VirusTotal has counted
    /// nothing.
    static func withdraw(_ number: Int64, in db: Database) throws {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "DELETE FROM request WHERE id = ? RETURNING sentAt, jobID"),
                arguments: [number])
        else { return }
        let day = Date(milliseconds: row[0]).daysSince1970
        // A day without requests has no row.
        try db.cachedStatement(sql: "DELETE FROM requestDay WHERE day = ? AND requests = 1").execute(
            arguments: [day])
        try db.cachedStatement(sql: "UPDATE requestDay SET requests = requests - 1 WHERE day = ?").execute(
            arguments: [day])
        try db.cachedStatement(
            sql: "UPDATE job SET requestsSent = requestsSent - 1 WHERE id = ? AND requestsSent > 0"
        ).execute(arguments: [row[1] as Int64?])
    }

    /// Writes a request that is about to be sent and returns its number.
    static func write(hash: Data, jobID: Int64?, at now: Date, in db: Database) throws -> Int64 {
        try db.cachedStatement(sql: "INSERT INTO request (sentAt, hash, jobID) VALUES (?, ?, ?)")
            .execute(arguments: [now.milliseconds, hash, jobID])
        let number = db.lastInsertedRowID
        try db.cachedStatement(
            sql: """
                INSERT INTO requestDay (day, requests) VALUES (?, 1)
                ON CONFLICT (day) DO UPDATE SET requests = requests + 1
                """
        ).execute(arguments: [now.daysSince1970])
        return number
    }

    /// Writes that a request has ended, however.
    static func end(_ number: Int64, _ outcome: String, at now: ClockReading, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE request SET outcome = ?, endedAt = ?,
                    endedTick = ? + (SELECT offset FROM ledgerClock) WHERE id = ?
                """
        ).execute(arguments: [outcome, now.wall.milliseconds, now.monotonic.wholeMilliseconds, number])
    }
}

import GRDB

/// A key's requests by UTC day, the days as counted since 1970.
package struct RequestDays: Hashable, Sendable {
    /// Those of this daemon.
    package var own: [Int: Int] = [:]
    /// Of these once more those that ended in a later day than they began, in that day: VirusTotal may have
    /// counted them in either.
    package var endedLater: [Int: Int] = [:]
    /// Those of other daemons, as far as they were taken over.
    package var others: [Int: Int] = [:]
}

/// As what and with which key a daemon was one of several.
package struct SharingMark: Hashable, Sendable {
    package var site: String
    /// SHA-256 of the key, in hexadecimal.
    package var key: String

    package init(site: String, key: String) {
        self.site = site
        self.key = key
    }
}

// Requests that daemons with one key have spent together, for a daemon that goes on alone, and back.
extension QuotaLedger {
    package func requestDays() throws -> RequestDays {
        try pool.read(Self.requestDays)
    }

    private static func requestDays(in db: Database) throws -> RequestDays {
        var days = RequestDays()
        days.others = try others(in: db)
        for (day, requests) in try numbers("SELECT day, requests FROM requestDay", in: db) {
            let own = requests - days.others[day, default: 0]
            if own > 0 { days.own[day] = own }
        }
        days.endedLater = try numbers(
            """
            SELECT min(endedAt, sentAt + 600000) / 86400000 AS endDay, count(*) FROM request
            WHERE endedAt IS NOT NULL AND min(endedAt, sentAt + 600000) / 86400000 > sentAt / 86400000
            GROUP BY endDay
            """, in: db)
        return days
    }

    private static func numbers(_ sql: String, in db: Database) throws -> [Int: Int] {
        var numbers: [Int: Int] = [:]
        for row in try Row.fetchAll(db, sql: sql) {
            let (day, requests): (Int, Int) = (row[0], row[1])
            numbers[day] = requests
        }
        return numbers
    }

    /// Takes over what is known elsewhere of the key's requests. No day's number becomes smaller by it, and
    /// to do so again changes nothing.
    ///
    /// - Parameters:
    ///   - own: this daemon's, as others have counted them.
    ///   - others: those of the other daemons.
    package func takeOver(own: [Int: Int], others: [Int: Int]) throws {
        try pool.write { db in
            let known = try Self.requestDays(in: db)
            let allOwn = known.own.merging(own, uniquingKeysWith: max)
            let allOthers = known.others.merging(others, uniquingKeysWith: max).filter { $0.value > 0 }
            for day in Set(allOwn.keys).union(allOthers.keys) {
                let requests = allOwn[day, default: 0] + allOthers[day, default: 0]
                // A day without requests has no row.
                guard requests > 0 else { continue }
                try db.cachedStatement(
                    sql: """
                        INSERT INTO requestDay (day, requests) VALUES (?, ?)
                        ON CONFLICT (day) DO UPDATE SET requests = excluded.requests
                        """
                ).execute(arguments: [day, requests])
            }
            let text = allOthers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ",")
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('\(Self.othersKey)', ?)",
                arguments: [text])
        }
    }

    /// In the table `meta`: how many of a day's requests are others', in the form `20421 150,20422 3`.
    private static let othersKey = "requestsOfOthers"

    private static func others(in db: Database) throws -> [Int: Int] {
        let text = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = '\(othersKey)'") ?? ""
        var others: [Int: Int] = [:]
        for item in text.split(separator: ",") {
            let numbers = item.split(separator: " ").compactMap { Int($0) }
            if numbers.count == 2 { others[numbers[0]] = numbers[1] }
        }
        return others
    }

    /// Forgets which requests are others', where the days are counted again by single requests, which are all
    /// this daemon's.
    static func forgetOthers(in db: Database) throws {
        try db.execute(sql: "DELETE FROM meta WHERE key = '\(othersKey)'")
    }

    // MARK: Whether others spend too

    /// Remembers that other daemons spend the key's requests too; nil for no more.
    package func noteSharing(_ mark: SharingMark?) throws {
        try pool.write { db in
            guard let mark else {
                try db.execute(sql: "DELETE FROM meta WHERE key = '\(Self.sharingKey)'")
                return
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('\(Self.sharingKey)', ?)",
                arguments: ["\(mark.key) \(mark.site)"])
        }
    }

    /// What was remembered; nil for a daemon that was always alone, or is again.
    package func sharing() throws -> SharingMark? { try pool.read(Self.sharing) }

    static func sharing(in db: Database) throws -> SharingMark? {
        let text = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = '\(sharingKey)'") ?? ""
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        return words.count == 2 ? SharingMark(site: words[1], key: words[0]) : nil
    }

    /// In the table `meta`, in the form `KEY SITE`.
    private static let sharingKey = "sharing"
}

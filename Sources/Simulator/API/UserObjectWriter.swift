import Foundation

/// Writer of an account's objects: `/users/{id}`, `…/overall_quotas` and `…/api_usage`.
///
/// A single user has no `group`; the minute's limit shows as an hourly one of sixty times as much.
/// Sources: VirusTotal API v3, "users"; a recorded user object.
struct UserObjectWriter {
    let user: String
    let counter: QuotaCounter
    let now: Date

    /// How VirusTotal writes that there is no limit.
    static let unlimited = 1_000_000_000
    /// The longest span and the default of `api_usage`, in days.
    static let usageDaysMax = 30

    /// Allowed and used by the names of the three quotas.
    private var quotas: [(name: String, allowed: Int, used: Int)] {
        let limits = counter.limits
        func allowed(_ limit: Int) -> Int { limit > 0 ? limit : Self.unlimited }
        return [
            ("api_requests_daily", allowed(limits.requestsPerDay), counter.usedInDay(of: now)),
            ("api_requests_hourly", allowed(limits.requestsPerMinute * 60), counter.usedInHour(of: now)),
            ("api_requests_monthly", allowed(limits.requestsPerMonth), counter.usedInMonth(of: now)),
        ]
    }

    var overallQuotas: [UInt8] {
        data { data in
            for quota in quotas {
                data.key(quota.name)
                data.object { value in
                    value.key("user")
                    value.object { Self.write(quota.allowed, quota.used, to: &$0) }
                }
            }
        }
    }

    var userObject: [UInt8] {
        data { data in
            data.key("attributes")
            data.object { attributes in
                attributes.key("has_2fa")
                attributes.boolean(false)
                attributes.member("status", "active")
                attributes.member("reputation", 1)
                attributes.member("user_since", 1_512_986_169)
                attributes.key("quotas")
                attributes.object { list in
                    for quota in quotas {
                        list.key(quota.name)
                        list.object { Self.write(quota.allowed, quota.used, to: &$0) }
                    }
                }
            }
            data.member("id", user)
            data.key("links")
            data.object { $0.member("self", "https://www.virustotal.com/api/v3/users/\(user)") }
            data.member("type", "user")
        }
    }

    /// The usage from `start_date` to `end_date` (`YYYYMMDD`, default the last 30 days), or nil if one is no
    /// date or the span is longer than 30 days.
    func apiUsage(_ query: [String: String]) -> [UInt8]? {
        let today = QuotaCounter.day(now)
        guard let end = Self.day(query["end_date"], otherwise: today),
            let start = Self.day(query["start_date"], otherwise: end - Self.usageDaysMax + 1),
            start <= end, end - start < Self.usageDaysMax
        else { return nil }
        let days = counter.used(inDays: start...end)
        return data { data in
            data.key("daily")
            data.object { daily in
                for (day, used) in days {
                    let digits = String(decoding: EngineTable.digits(ofDay: day), as: UTF8.self)
                    let month = digits.dropFirst(4).prefix(2)
                    daily.key("\(digits.prefix(4))-\(month)-\(digits.suffix(2))")
                    daily.object { $0.member("files", used) }
                }
            }
            data.key("total")
            data.object { $0.member("files", days.reduce(0) { $0 + $1.used }) }
        }
    }

    private static func write(_ allowed: Int, _ used: Int, to json: inout JSONWriter) {
        json.member("allowed", allowed)
        json.member("used", used)
    }

    private static func day(_ text: String?, otherwise day: Int) -> Int? {
        guard let text else { return day }
        guard text.utf8.count == 8 else { return nil }
        let style = Date.VerbatimFormatStyle(
            format: "\(year: .padded(4))\(month: .twoDigits)\(day: .twoDigits)",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian))
        return (try? Date(text, strategy: style.parseStrategy)).map(QuotaCounter.day)
    }

    private func data(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object { root in
            root.key("data")
            root.object(body)
        }
        return json.bytes
    }
}

/// How often a user's `index.html` is written anew although nothing has changed, so that an old page tells
/// its reader that hashdrop is away.
package enum IndexRenewal {
    /// The time to the next writing: 2 min while something of the user waits or runs (`isLive`), else 30 min.
    package static func period(isLive: Bool) -> Duration { .seconds(isLive ? 120 : 1_800) }

    /// The age from which a page was not written in time: a busy or slow disk may take as long again.
    static func ageMax(isLive: Bool) -> Duration { period(isLive: isLive) * 2 + .seconds(60) }
}

/// How often a running job's `report.html` is written anew although nothing has changed, for the same reason.
package enum ReportRenewal {
    /// The time to the next writing: 10 min; longer where so many jobs run that this would take more than a
    /// twentieth of the time, at some 15 ms each.
    package static func period(runningJobs: Int) -> Duration {
        max(.seconds(600), Duration.milliseconds(300) * runningJobs)
    }

    /// The age from which a report that is renewed after `period` was not written in time.
    static func ageMax(_ period: Duration) -> Duration { period * 2 + .seconds(60) }
}

/// How often a running job's `report.html` is written again although nothing has changed, so
/// that an old page tells its reader that hashdrop is away.
package enum ReportRenewal {
    /// The time to the next writing: 10 min; longer where so many jobs run that this would take more than a
    /// twentieth of the time, at some 15 ms each.
    package static func period(runningJobs: Int) -> Duration {
        max(.seconds(600), Duration.milliseconds(300) * runningJobs)
    }

    /// The age from which a report that is renewed after `period` was not written in time.
    static func ageMax(_ period: Duration) -> Duration { period * 2 + .seconds(60) }
}

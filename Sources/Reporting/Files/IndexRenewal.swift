/// How often a user's `index.html` is written again although nothing has changed, so that an old page tells
/// its reader that hashdrop is away.
package enum IndexRenewal {
    /// The time to the next writing: 2 min while something of the user waits or runs (`isLive`), else 30 min.
    package static func period(isLive: Bool) -> Duration { .seconds(isLive ? 120 : 1_800) }

    /// The age from which a page was not written in time: a busy or slow disk may take as long again.
    static func ageMax(isLive: Bool) -> Duration { period(isLive: isLive) * 2 + .seconds(60) }
}

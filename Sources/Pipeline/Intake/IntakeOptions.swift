package import HashLists
package import Model
package import Store

/// Options of the intake: how folders are watched and lists are read.
package struct IntakeOptions: Hashable, Sendable {
    /// Every folder is looked through this often, ± 25 %; default 60 s.
    package var safetyScan: Duration
    /// Folders without events are looked through this often; default 5 s.
    package var poll: Duration
    /// Entries of one folder that are looked at; default 1,000.
    package var waitingFilesMax: Int
    package var limits: HashListLimits
    package var ages: CacheAges
    /// Hashes of a list that are read at once, and the most that are written in one transaction; default
    /// 20,000, in some hundredths of a second. Of a longer list `JobWriter` writes fewer at once.
    package var hashesAtOnce: Int
    package var userLimits: UserLimits
    /// The options that lists may set; by default `JobOptions.Key.allowedByDefault`.
    package var listOptions: Set<JobOptions.Key>

    package init(
        safetyScan: Duration = .seconds(60), poll: Duration = .seconds(5), waitingFilesMax: Int = 1_000,
        limits: HashListLimits = .init(), ages: CacheAges = .init(), hashesAtOnce: Int = 20_000,
        userLimits: UserLimits = .init(),
        listOptions: Set<JobOptions.Key> = JobOptions.Key.allowedByDefault
    ) {
        self.listOptions = listOptions
        self.userLimits = userLimits
        self.safetyScan = safetyScan
        self.poll = poll
        self.waitingFilesMax = waitingFilesMax
        self.limits = limits
        self.ages = ages
        self.hashesAtOnce = hashesAtOnce
    }
}

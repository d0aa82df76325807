package import Model

/// What a search among the jobs found.
package struct JobSearchResult: Sendable {
    /// A digest that was searched for, as a list has it.
    package struct ListedName: Hashable, Sendable {
        package var hash: FileHash
        /// The line that names it first.
        package var line: Int
    }

    /// A job that was found.
    package struct Hit: Sendable {
        package var job: Job
        /// Empty unless a digest was searched for.
        package var listed: [ListedName]
    }

    /// The newest first.
    package var hits: [Hit] = []
    /// How many jobs were looked at.
    package var jobsSeen = 0
    /// The last job that was looked at, if there are older ones: the search can go on before it.
    package var rest: JobID?
    /// The digests that were searched for: the one that was asked for, and the other names of its file, if
    /// the cache knows them.
    package var hashes: [FileHash] = []
}

/// Limits of one search among the jobs; from where it ends, another one can go on.
package struct JobSearchLimits: Hashable, Sendable {
    /// Jobs that it finds; default 100.
    package var hitsMax: Int
    /// Jobs that it looks at; default 20,000, as many as a user's index lists.
    package var jobsMax: Int

    package init(hitsMax: Int = 100, jobsMax: Int = 20_000) {
        self.hitsMax = hitsMax
        self.jobsMax = jobsMax
    }
}

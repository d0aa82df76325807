import Model
import Store
import Support
import Synchronization

/// Finder of jobs for the page's search form.
///
/// A search looks at thousands of jobs, so searches have a thread of their own: no other page waits behind
/// one. Each has a limit of time, and each user a limit of searches at a time.
final class JobFinder: Sendable {
    /// Searches of one user at the same time, default 2: the one that waits and the one that the browser has
    /// given up for it.
    static let searchesPerUserMax = 2
    /// The longest that a search looks further; default 1 s. What it has found by then is shown.
    static let timeMax = Duration.seconds(1)

    private let data: WebDatabase
    private let clock: any ServiceClock
    private let searches = Mutex<[UserName: Int]>([:])

    init(data: WebDatabase, clock: any ServiceClock) {
        self.data = data
        self.clock = clock
    }

    /// - Parameters:
    ///   - owner: whose jobs; nil for all users'.
    ///   - user: the user who searches.
    /// - Returns: nil if as many searches of the user are going on as may.
    func find(
        _ filter: JobFilter, of owner: UserName?, before: JobID?, for user: UserName
    ) async throws -> JobSearchResult? {
        guard begin(user) else { return nil }
        defer { end(user) }
        let result = try await data.read { [clock] database in
            // From when it has its turn.
            let end = clock.now.monotonic + Self.timeMax
            return try database.jobs.search(
                filter, of: owner, before: before, goesOn: { clock.now.monotonic < end })
        }
        return result
    }

    private func begin(_ user: UserName) -> Bool {
        searches.withLock { searches in
            guard searches[user, default: 0] < Self.searchesPerUserMax else { return false }
            searches[user, default: 0] += 1
            return true
        }
    }

    private func end(_ user: UserName) {
        searches.withLock { searches in
            let left = searches[user, default: 1] - 1
            searches[user] = left > 0 ? left : nil
        }
    }
}

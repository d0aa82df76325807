package import Foundation
package import Model
package import SharedStore
import Store
package import Support

/// How one of several daemons stands with the others, as its last word with the shared database told.
package struct SharedStanding: Hashable, Sendable {
    /// What the shared database told last.
    package struct View: Hashable, Sendable {
        /// As of `at`; by name.
        package var sites: [SiteStatus]
        package var spending: SharedSpending
        package var at: ClockReading

        package init(sites: [SiteStatus], spending: SharedSpending, at: ClockReading) {
            self.sites = sites
            self.spending = spending
            self.at = at
        }
    }

    /// Why the shared database does not serve.
    package struct Trouble: Hashable, Sendable {
        package var since: Date
        package var reason: String
    }

    /// This daemon's name among the others.
    package var site: String
    /// Nil before the first word.
    package var view: View?
    /// Nil while the shared database serves.
    package var trouble: Trouble?

    package init(site: String, view: View? = nil, trouble: Trouble? = nil) {
        self.site = site
        self.view = view
        self.trouble = trouble
    }

    /// What all sites have spent within the limit of `own`, as of seconds ago; this site's own count while
    /// the shared database does not serve.
    package func quota(_ period: QuotaPeriod, own: Quota) -> Quota {
        guard trouble == nil, let spent = view?.spending.quota else { return own }
        let used =
            switch period {
            case .minute: spent.lastMinute.count
            case .day: spent.today
            case .month: spent.thisMonth
            }
        return Quota(used: used, limit: own.limit)
    }
}

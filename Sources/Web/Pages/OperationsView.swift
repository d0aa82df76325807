package import Foundation
package import Model

/// State of the daemon as the operations page shows it to administrators.
package struct OperationsView: Hashable, Sendable {
    /// A file system that the daemon writes to.
    package struct Disk: Hashable, Sendable {
        /// `spool` or `reports`.
        package var name: String
        package var freeBytes: Int64
        package var totalBytes: Int64

        package init(name: String, freeBytes: Int64, totalBytes: Int64) {
            self.name = name
            self.freeBytes = freeBytes
            self.totalBytes = totalBytes
        }
    }

    /// What several daemons share, as this one heard last.
    package struct Shared: Hashable, Sendable {
        /// What the shared database told last.
        package struct Overview: Hashable, Sendable {
            /// As of `at`.
            package var sites: [SiteStatus]
            /// Requests of all sites in this UTC day and month.
            package var today: Int
            package var thisMonth: Int
            package var at: Date

            package init(sites: [SiteStatus], today: Int, thisMonth: Int, at: Date) {
                self.sites = sites
                self.today = today
                self.thisMonth = thisMonth
                self.at = at
            }
        }

        /// This daemon's name among the others.
        package var site: String
        /// Why the shared database does not serve; nil while it does.
        package var trouble: String?
        /// Nil before its first word.
        package var overview: Overview?

        package init(site: String, trouble: String? = nil, overview: Overview? = nil) {
            self.site = site
            self.trouble = trouble
            self.overview = overview
        }
    }

    /// VirusTotal's limits; empty if the lookups do not say.
    package var quotas: [QuotaPeriod: Quota]
    package var requestsInFlight: Int
    /// Hashes that are still to be asked, by user.
    package var queue: [UserName: Int]
    /// What keeps hashes from being asked at the moment; nil while VirusTotal answers as it should.
    package var waitReason: String?
    package var waitsUntil: Date?
    package var folders: [FolderHealth.Folder]
    /// What is wrong with the daemon itself: files cannot be taken, reports cannot be written.
    package var troubles: [String]
    package var disks: [Disk]
    /// Nil for a daemon that is alone.
    package var shared: Shared?

    package init(
        quotas: [QuotaPeriod: Quota] = [:], requestsInFlight: Int = 0, queue: [UserName: Int] = [:],
        waitReason: String? = nil, waitsUntil: Date? = nil, folders: [FolderHealth.Folder] = [],
        troubles: [String] = [], disks: [Disk] = [], shared: Shared? = nil
    ) {
        self.quotas = quotas
        self.requestsInFlight = requestsInFlight
        self.queue = queue
        self.waitReason = waitReason
        self.waitsUntil = waitsUntil
        self.folders = folders
        self.troubles = troubles
        self.disks = disks
        self.shared = shared
    }
}

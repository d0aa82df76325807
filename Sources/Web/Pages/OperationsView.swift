package import Foundation
package import Model

/// State of the daemon as the operations page shows it to administrators.
package struct OperationsView: Hashable, Sendable {
    /// One of VirusTotal's limits.
    package struct Quota: Hashable, Sendable {
        /// `minute`, `day (UTC)`, `month (UTC)`.
        package var period: String
        package var used: Int
        /// 0 is no limit.
        package var limit: Int

        package init(period: String, used: Int, limit: Int) {
            self.period = period
            self.used = used
            self.limit = limit
        }
    }

    /// One user's drop folder.
    package struct Folder: Hashable, Sendable {
        package var user: String
        /// `events` or `polling`.
        package var watching: String
        /// Why it is polled, cannot be read, or is not picked up.
        package var problem: String?
        package var waitingFiles: Int

        package init(user: String, watching: String, problem: String?, waitingFiles: Int) {
            self.user = user
            self.watching = watching
            self.problem = problem
            self.waitingFiles = waitingFiles
        }
    }

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

    package var quotas: [Quota]
    package var requestsInFlight: Int
    /// Hashes that are still to be asked, by user.
    package var queue: [UserName: Int]
    /// What keeps hashes from being asked at the moment; nil while VirusTotal answers as it should.
    package var waitReason: String?
    package var waitsUntil: Date?
    package var folders: [Folder]
    /// What is wrong with the daemon itself: files cannot be taken, reports cannot be written.
    package var troubles: [String]
    package var disks: [Disk]

    package init(
        quotas: [Quota] = [], requestsInFlight: Int = 0, queue: [UserName: Int] = [:],
        waitReason: String? = nil, waitsUntil: Date? = nil, folders: [Folder] = [], troubles: [String] = [],
        disks: [Disk] = []
    ) {
        self.quotas = quotas
        self.requestsInFlight = requestsInFlight
        self.queue = queue
        self.waitReason = waitReason
        self.waitsUntil = waitsUntil
        self.folders = folders
        self.troubles = troubles
        self.disks = disks
    }
}

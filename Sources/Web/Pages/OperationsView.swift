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

    package init(
        quotas: [QuotaPeriod: Quota] = [:], requestsInFlight: Int = 0, queue: [UserName: Int] = [:],
        waitReason: String? = nil, waitsUntil: Date? = nil, folders: [FolderHealth.Folder] = [],
        troubles: [String] = [],
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

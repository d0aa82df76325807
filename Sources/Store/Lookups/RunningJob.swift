package import Foundation
package import Model

/// A job with open hashes, as the fair queue needs it.
package struct RunningJob: Hashable, Sendable {
    package var rowID: Int64
    package var id: JobID
    package var user: UserName
    /// The user's turns relative to others: 1 to 100.
    package var weight: Int
    /// Its place among its user's others.
    package var priority: JobOptions.Priority
    package var receivedAt: Date
    /// Hashes that have to be asked, if no other name of theirs is asked before.
    package var openHashes: Int
    /// Which part of them other jobs wanted already when the job came in, from 0 to 1.
    package var sharedFraction: Double
    /// How many requests may still be sent for it; nil for any number.
    package var requestsLeft: Int?

    package init(
        rowID: Int64, id: JobID, user: UserName, weight: Int,
        priority: JobOptions.Priority = .normal, receivedAt: Date, openHashes: Int,
        sharedFraction: Double = 0, requestsLeft: Int? = nil
    ) {
        self.rowID = rowID
        self.id = id
        self.user = user
        self.weight = weight
        self.priority = priority
        self.receivedAt = receivedAt
        self.openHashes = openHashes
        self.sharedFraction = sharedFraction
        self.requestsLeft = requestsLeft
    }
}

/// A hash that is about to be asked, and the job that pays for it.
package struct Reservation: Hashable, Sendable {
    package var hash: FileHash
    package var jobRowID: Int64

    package init(hash: FileHash, jobRowID: Int64) {
        self.hash = hash
        self.jobRowID = jobRowID
    }
}

/// Open hashes of a job that wait for their next attempt.
package struct PostponedHashes: Hashable, Sendable {
    package var count: Int
    /// When the first of them is asked again.
    package var nextAttemptAt: Date
    /// What happened to that one, in a sentence.
    package var reason: String
}

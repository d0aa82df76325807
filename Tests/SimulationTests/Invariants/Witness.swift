import Foundation
import Model

/// What the invariants have seen so far, for those that speak of more than one moment.
struct Witness {
    /// Jobs that a command has removed.
    private(set) var removed: Set<JobID> = []
    /// Jobs whose final report has been read.
    var read: Set<JobID> = []
    /// Jobs whose input has been compared with what was dropped.
    var inputsRead: Set<JobID> = []
    /// What the lists of jobs hold.
    var items: [JobID: DroppedList.Items] = [:]
    /// When each job was last seen, and how.
    var lastSeen: [JobID: Inspector.JobFacts] = [:]
    /// When a job was last seen open.
    var openUntil: [JobID: Duration] = [:]
    /// When a job was first seen, and when it was first seen final.
    var firstSeen: [JobID: Duration] = [:]
    var finalSince: [JobID: Duration] = [:]
    /// Since when each claim has been there.
    var claims: [String: Duration] = [:]
    /// Since when nothing is asked although it could be.
    var idleSince: Duration?
    /// Short lists that wait for their turns beside others, with the requests before them.
    var turns: [JobID: Turn] = [:]
    /// Whether the wall's clock was ever wrong.
    private(set) var hasClockStepped = false

    struct Turn {
        var user: String
        var open: Int
        var requestsBefore: Int
    }

    mutating func remove(_ id: JobID) { removed.insert(id) }

    /// The job runs again: what was seen of its end is over.
    mutating func forget(_ id: JobID) {
        read.remove(id)
        finalSince[id] = nil
        turns = [:]
    }

    mutating func daemonEnded() {
        turns = [:]
        idleSince = nil
    }

    /// Something comes between lists and their turns.
    mutating func faultBegan() { turns = [:] }

    mutating func clockStepped() {
        hasClockStepped = true
        turns = [:]
        idleSince = nil
    }
}

import Foundation
import Model
import Spool

/// What the intake knows of one user's folder.
struct FolderState {
    var readiness: ReadinessStateMachine
    /// Names that were renamed into the folder since the last scan.
    var movedIn: Set<DroppedName> = []
    var isWatched = false
    /// Why it is not watched.
    var watchProblem: String?
    /// Why the last scan failed.
    var scanProblem: String?
    /// Whether events tell of what comes.
    var trust = EventTrust()
    /// Why files cannot be taken out of it at the moment, and until when nobody tries.
    var pause: (reason: String, until: Duration)?
    /// The errno of the last time that nothing could be taken out of it; what fails again is not logged again.
    var lastFailure: Int32?
    var waiting: [WaitingFile] = []
    var isDirty = true
    var nextPoll: Duration = .zero
    /// Since when there have been more files than are looked at.
    var isFullSince: Date?

    init(rules: ReadinessStateMachine.Rules) {
        readiness = ReadinessStateMachine(rules: rules)
    }

    var isPolled: Bool { !isWatched || trust.isLost }

    /// When the folder is to be looked at without a hint: something in it becomes ready, nobody tells, or what
    /// failed is tried again.
    var deadline: Duration? {
        // What the last good scan said is out of date, and must not make the intake try without a pause.
        if scanProblem != nil { return nextPoll }
        return [readiness.nextDeadline, isPolled ? nextPoll : nil, pause?.until].compactMap(\.self).min()
    }

    var problem: String? {
        if let reason = scanProblem ?? pause?.reason { return reason }
        if !isWatched { return watchProblem }
        return trust.isLost
            ? "files come that no event tells of, as on network mounts, so it is polled" : nil
    }

    func health(of user: UserName) -> FolderHealth.Folder {
        FolderHealth.Folder(
            user: user.description, watching: isPolled ? "polling" : "events", problem: problem,
            waitingFiles: waiting.count, missedByEvents: trust.missedFiles)
    }
}

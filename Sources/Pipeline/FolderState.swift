import Foundation
import Model
import Spool

/// What the intake knows of one user's folder.
struct FolderState {
    var readiness: ReadinessStateMachine
    /// Names that were renamed into the folder since the last scan.
    var movedIn: Set<DroppedName> = []
    var isWatched = false
    /// Why it is polled or cannot be read.
    var problem: String?
    var waiting: [WaitingFile] = []
    var isDirty = true
    var nextPoll: Duration = .zero

    init(rules: ReadinessStateMachine.Rules) {
        readiness = ReadinessStateMachine(rules: rules)
    }

    /// When the folder is to be looked at without a hint: something in it becomes ready, or nobody tells.
    var deadline: Duration? {
        let poll = isWatched ? nil : nextPoll
        return [readiness.nextDeadline, poll].compactMap(\.self).min()
    }

    func health(of user: UserName) -> FolderHealth.Folder {
        FolderHealth.Folder(
            user: user.description, watching: isWatched ? "events" : "polling", problem: problem,
            waitingFiles: waiting.count)
    }
}

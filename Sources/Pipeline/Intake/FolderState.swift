import FileSystem
import Foundation
import Lookup
import Model
import Spool
import Support

/// State of one user's folder in the intake.
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
    var trust = WatchHealth()
    /// When the last look began.
    var lookedAt: Duration = .zero
    /// How soon after the last look the next one may be.
    var pace = ScanPace()
    /// The last scan left names out, so the next one may see old names for the first time.
    var wasFull = false
    /// Since when it cannot be scanned.
    var scanProblemSince: Date?
    /// Why files cannot be taken out of it at the moment, and when that is tried again.
    var pause: (reason: String, until: Duration)?
    /// Why some file in it cannot be taken, while others can.
    var blocked: String?
    /// The errno of the last time that nothing could be taken out of it; what fails again is not logged
    /// again.
    var lastFailure: Int32?
    var waiting: [WaitingFile] = []
    /// What the user was last told of, the lists that are being read among it.
    var told: [WaitingFile] = []
    var isDirty = true
    var nextPoll: Duration = .zero
    /// Since when there have been more files than are looked at.
    var isFullSince: Date?

    init(rules: ReadinessStateMachine.Rules) {
        readiness = ReadinessStateMachine(rules: rules)
    }

    var isPolled: Bool { !isWatched || trust.isLost }

    /// When the folder is to be looked at; nil if nothing but a hint or the safety scan calls for it.
    var due: Duration? { (isDirty ? .zero : deadline).map { max($0, pace.notBefore) } }

    /// When the folder is to be looked at without a hint: something in it becomes ready, no events come, or
    /// what failed is tried again.
    private var deadline: Duration? {
        // What the last good scan said is out of date, and must not make the intake try without a pause.
        if scanProblem != nil { return nextPoll }
        return [readiness.nextDeadline, isPolled ? nextPoll : nil, pause?.until].compactMap(\.self).min()
    }

    var problem: String? {
        if let reason = scanProblem ?? pause?.reason ?? blocked { return reason }
        if !isWatched { return watchProblem }
        return trust.isLost
            ? "files come that no event tells of, as on network mounts, so it is polled" : nil
    }

    func health(of user: UserName) -> FolderHealth.Folder {
        FolderHealth.Folder(
            user: user.description, watching: isPolled ? .polling : .events, problem: problem,
            waitingFiles: waiting.count, missedByEvents: trust.missedFiles)
    }
}

extension [UserName: FolderState] {
    /// The folders to look at, the one first whose last look is longest ago.
    func turns(at now: Duration) -> [UserName] {
        filter { _, folder in folder.due.map { $0 <= now } ?? false }
            .sorted { ($0.value.lookedAt, $0.key) < ($1.value.lookedAt, $1.key) }
            .map(\.key)
    }
}

extension FolderState {
    /// The line for the files beyond the limit, which wait for a turn of their own.
    mutating func rest(of scan: FolderScan, limit: Int, at now: Date) -> WaitingFile? {
        guard scan.leftOut > 0 || scan.hasMore else {
            isFullSince = nil
            return nil
        }
        // One moment for all of the time, or the line would be another one at each scan.
        let since = isFullSince ?? now.wholeSeconds
        isFullSince = since
        return WaitingFile(
            name: DroppedName(
                scan.leftOut == 0
                    ? "… and more" : "… and \(scan.leftOut) more\(scan.hasMore ? " or still more" : "")"),
            reason: "more than \(limit) files in the folder: wait for their turn", firstSeenAt: since)
    }

    /// The line that tells the owner why nothing is picked up.
    mutating func folderLine(_ error: any Error, at now: Date) -> WaitingFile {
        let since = scanProblemSince ?? now.wholeSeconds
        scanProblemSince = since
        let reason = (error as? FileSystemError)?.summary ?? "\(error)"
        return .folderItself("cannot be looked through: \(reason)", since: since)
    }
}

extension WaitingFile {
    static func folderItself(_ reason: String, since: Date) -> WaitingFile {
        WaitingFile(name: DroppedName("(the drop folder itself)"), reason: reason, firstSeenAt: since)
    }

    /// What a decision to wait tells the owner.
    init(_ decision: ReadinessDecision, _ reason: String, at now: ClockReading) {
        // Whole seconds, so that the same file is the same value at each scan.
        let since = now.wall.addingTimeInterval(-(now.monotonic - decision.firstSeen).seconds)
        self.init(name: decision.entry.name, reason: reason, firstSeenAt: since.wholeSeconds)
    }
}

extension Date {
    var wholeSeconds: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded()) }
}

package import Model

/// Decides for one user's folder which files are complete, which wait and why, and which are refused.
///
/// Pure: it is shown what scans saw and told the time, a duration on a clock of the daemon's own that is
/// never set. Dates of files are compared with themselves only, because copies keep old dates. What vanished
/// from the scan is forgotten, so memory is bounded by the scan's limit.
package struct ReadinessStateMachine: Sendable {
    package struct Rules: Hashable, Sendable {
        /// So long nothing about a file may change before it counts as complete; default 2 s.
        package var quietPeriod: Duration = .seconds(2)
        /// The same where the system cannot tell whether a program writes; default 5 s, the newest default of
        /// paperless-ngx, which cannot tell either.
        package var quietPeriodWithoutLease: Duration = .seconds(5)
        /// So long a file may have a second hard link; default 60 s, as in Postfix. OpenSSH's sftp-server
        /// renames by link and unlink.
        package var hardLinkGrace: Duration = .seconds(60)
        /// So long an empty file or folder may stay empty; default 60 s. Many programs create first and write
        /// later.
        package var emptyPeriod: Duration = .seconds(60)
        /// So many folders within each other are looked into below a user's folder; default 4.
        package var foldersDeepMax = 4
        /// The folders within a user's folder are not watched, but looked at this often; default 5 s.
        package var folderLookPeriod: Duration = .seconds(5)
        /// What the system does not let be taken is tried again this often; default 30 s.
        package var blockedPeriod: Duration = .seconds(30)
        /// The largest file that is taken: the setting `list.bytesMax`; default 64 MiB.
        package var sizeBytesMax: Int64 = 64 << 20

        package init() {}
    }

    private struct Track {
        var firstSeen: Duration
        var fingerprint: Fingerprint
        var quietSince: Duration
        var linkedSince: Duration?
        var wasMovedIn = false
        var postponed: WaitReason?
        /// Nothing is to be tried before.
        var heldUntil: Duration?
    }

    private let rules: Rules
    private var tracks: [DroppedName: Track] = [:]

    /// When a decision may change by time alone, or nil if only a change in the folder can change one.
    package private(set) var nextDeadline: Duration?

    package init(rules: Rules = Rules()) { self.rules = rules }

    /// Takes one scan of the whole folder and the names that were renamed into it since the last one, and
    /// decides about every entry, in the order given.
    package mutating func observe(
        entries: [SpoolEntry], movedIn: Set<DroppedName> = [], now: Duration
    ) -> [ReadinessDecision] {
        var kept: [DroppedName: Track] = [:]
        kept.reserveCapacity(entries.count)
        nextDeadline = nil
        var decisions: [ReadinessDecision] = []
        for entry in entries {
            let track = follow(entry, movedIn: movedIn.contains(entry.name), now: now)
            kept[entry.name] = track
            var action = action(for: entry, track, now)
            if let reason = track.postponed, let until = track.heldUntil, now < until, action.isAttempt {
                action = .wait(reason, until: until)
            }
            if case .wait(_, let until?) = action { nextDeadline = min(nextDeadline ?? until, until) }
            decisions.append(.init(entry: entry, action: action, firstSeen: track.firstSeen))
        }
        tracks = kept
        return decisions
    }

    /// Takes back what was to be done: the claim found a writer, could not tell, or found the file changed.
    /// The clock starts again, but for `.writerUnknown`, which only asks for a longer quiet period.
    ///
    /// What the system does not allow (`.cannotBeTaken`) is tried again after `Rules.blockedPeriod`, or when
    /// the file has changed.
    package mutating func postpone(_ name: DroppedName, _ reason: WaitReason, now: Duration) {
        guard var track = tracks[name] else { return }
        if case .cannotBeTaken = reason {
            let until = now + rules.blockedPeriod
            track.postponed = reason
            track.heldUntil = until
            tracks[name] = track
            nextDeadline = min(nextDeadline ?? until, until)
            return
        }
        track.wasMovedIn = false
        track.postponed = reason
        if reason != .writerUnknown { track.quietSince = now }
        tracks[name] = track
        let until = track.quietSince + quietPeriod(track)
        nextDeadline = min(nextDeadline ?? until, until)
    }

    private func follow(_ entry: SpoolEntry, movedIn: Bool, now: Duration) -> Track {
        var track =
            tracks[entry.name]
            ?? Track(firstSeen: now, fingerprint: entry.fingerprint, quietSince: now)
        if track.fingerprint != entry.fingerprint {
            let isSameFile = track.fingerprint.identity == entry.fingerprint.identity
            if !isSameFile { track = Track(firstSeen: now, fingerprint: entry.fingerprint, quietSince: now) }
            track.fingerprint = entry.fingerprint
            track.quietSince = now
            track.wasMovedIn = false
            track.heldUntil = nil
            // "The system cannot tell" stays true; a writer that was seen is seen again by the next check.
            if track.postponed != .writerUnknown { track.postponed = nil }
        }
        if movedIn {
            track.wasMovedIn = true
            track.postponed = nil
        }
        track.linkedSince = entry.linkCount > 1 ? track.linkedSince ?? now : nil
        return track
    }

    private func action(for entry: SpoolEntry, _ track: Track, _ now: Duration) -> ReadinessDecision.Action {
        switch NameRule(entry.name.leaf) {
        case .unfinished(let part): return actionForUnfinished(entry, part, track, now)
        case .litter: return .wait(.litter, until: nil)
        case .systemFolder where entry.kind == .folder: return .wait(.systemFolder, until: nil)
        case .systemFolder: break
        case .ordinary: break
        }
        switch entry.kind {
        case .folder: return actionForFolder(entry, track, now)
        case .regular: return actionForRegular(entry, track, now)
        default: return .refuse(.notAFile(entry.kind))
        }
    }

    // What a command that was killed has left is told of as any other, after some time.
    private func actionForUnfinished(
        _ entry: SpoolEntry, _ part: String, _ track: Track, _ now: Duration
    ) -> ReadinessDecision.Action {
        let until = track.quietSince + rules.emptyPeriod
        guard DropFile.isTemporary(entry.name), now < until else {
            return .wait(.unfinishedName(part), until: nil)
        }
        return .wait(.beingDropped, until: until)
    }

    private func actionForFolder(
        _ entry: SpoolEntry, _ track: Track, _ now: Duration
    ) -> ReadinessDecision.Action {
        guard entry.name.folders.count < rules.foldersDeepMax else {
            return .wait(.deepFolder(limit: rules.foldersDeepMax), until: nil)
        }
        guard entry.isReadable else {
            return .wait(.notReadable(mode: entry.mode, ownerID: entry.ownerID), until: nil)
        }
        guard !entry.isForeign else {
            return .wait(.untrusted(mode: entry.mode, ownerID: entry.ownerID), until: nil)
        }
        guard entry.size == 0 else { return .wait(.folder, until: now + rules.folderLookPeriod) }
        // Not at once: a program that copies a folder makes it first, and fills it file by file.
        let until = track.quietSince + rules.emptyPeriod
        guard now >= until else {
            return .wait(.emptyFolder, until: min(until, now + rules.folderLookPeriod))
        }
        return .removeFolder
    }

    private func actionForRegular(
        _ entry: SpoolEntry, _ track: Track, _ now: Duration
    ) -> ReadinessDecision.Action {
        if let since = track.linkedSince {
            let until = since + rules.hardLinkGrace
            return now < until
                ? .wait(.hardLinked(count: entry.linkCount), until: until)
                : .refuse(.hardLinked(count: entry.linkCount))
        }
        let quietUntil = track.quietSince + quietPeriod(track)
        if !track.wasMovedIn, now < quietUntil {
            return .wait(track.postponed ?? .settling, until: quietUntil)
        }
        if entry.size == 0 {
            let until = track.quietSince + rules.emptyPeriod
            return now < until ? .wait(.empty, until: until) : .refuse(.empty)
        }
        if entry.size > rules.sizeBytesMax {
            return .wait(.tooLarge(bytes: entry.size, limit: rules.sizeBytesMax), until: nil)
        }
        if !entry.isReadable {
            return .wait(.notReadable(mode: entry.mode, ownerID: entry.ownerID), until: nil)
        }
        if entry.isForeign {
            return .wait(.untrusted(mode: entry.mode, ownerID: entry.ownerID), until: nil)
        }
        if track.wasMovedIn { return .ready(.renamedIntoFolder) }
        return .ready(.quiet(seconds: (now - track.quietSince) / .seconds(1)))
    }

    private func quietPeriod(_ track: Track) -> Duration {
        track.postponed == .writerUnknown
            ? max(rules.quietPeriod, rules.quietPeriodWithoutLease) : rules.quietPeriod
    }
}

extension ReadinessDecision.Action {
    /// Whether something is to be done on the disk.
    fileprivate var isAttempt: Bool {
        if case .wait = self { false } else { true }
    }
}

/// What is to be done with one entry of a user's folder.
package struct ReadinessDecision: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// Claim it now; the writer check and the claim itself may still say "not yet".
        case ready(ReadyEvidence)
        /// Leave it; look again at `until`, or when a hint or the safety scan comes if that is nil.
        case wait(WaitReason, until: Duration?)
        /// Claim it as refused.
        case refuse(RefusalReason)
        /// It is a folder that has been empty for long enough: remove it.
        case removeFolder
    }

    package var entry: SpoolEntry
    package var action: Action
    /// When the entry was seen for the first time, on the caller's clock.
    package var firstSeen: Duration

    package init(entry: SpoolEntry, action: Action, firstSeen: Duration) {
        self.entry = entry
        self.action = action
        self.firstSeen = firstSeen
    }
}

/// Why a file counts as complete.
package enum ReadyEvidence: Hashable, Sendable, Codable {
    /// It got its name by a rename, so its writer had finished before.
    case renamedIntoFolder
    /// Nothing about it changed for so many seconds of the daemon's own clock.
    case quiet(seconds: Double)
}

/// Why a file waits; `description` is for its owner.
package enum WaitReason: Hashable, Sendable, CustomStringConvertible {
    case settling
    /// A process has it open for writing, although nothing changed.
    case writerPresent
    /// The system cannot tell whether a program writes to it, so it has to be quiet for longer.
    case writerUnknown
    case unfinishedName(String)
    /// `hashdrop submit` is writing it; it gets its name in a moment. Its owner is not told.
    case beingDropped
    case litter
    case systemFolder
    /// A folder whose files are looked at one by one.
    case folder
    case emptyFolder
    /// A folder in so many others that it is not looked into.
    case deepFolder(limit: Int)
    case empty
    case hardLinked(count: Int)
    case notReadable(mode: UInt32, ownerID: UInt32)
    /// Those whose folder it is may not read it, whatever hashdrop's account may.
    case untrusted(mode: UInt32, ownerID: UInt32)
    /// Nothing is done with it: it may be the only copy.
    case tooLarge(bytes: Int64, limit: Int64)
    /// The system does not let it be taken out of its folder; why, and what to do.
    case cannotBeTaken(String)

    package var description: String {
        switch self {
        case .settling: "still being written"
        case .writerPresent: "a program still has it open for writing"
        case .writerUnknown: "may still be being written: waiting until it was quiet for longer"
        case .unfinishedName(let part):
            "its name says that it is unfinished ('\(part)'): rename it when it is complete"
        case .beingDropped: "being dropped by 'hashdrop submit'"
        case .litter: "a file of the operating system, not a list of hashes: ignored"
        case .systemFolder:
            "a folder of the operating system or the server: left alone, with all that is in it"
        case .folder: "a folder: its files are picked up one by one, and it is removed when it is empty"
        case .emptyFolder: "an empty folder: removed when it stays so"
        case .deepFolder(let limit):
            limit == 0
                ? "a folder: drop files, not folders"
                : "lies in \(limit) folders, and deeper ones are not looked into: move its files up"
        case .empty: "empty so far"
        case .hardLinked(let count):
            "has \(count) names (hard links): waiting until the other ones are removed"
        case .notReadable(let mode, let ownerID):
            "hashdrop may not read it (mode \(String(mode, radix: 8)), owner's user id \(ownerID)): "
                + "give read permission, for example chmod 644"
        case .untrusted(let mode, let ownerID):
            "neither this folder's owner nor its group may read it (mode \(String(mode, radix: 8)), "
                + "owner's user id \(ownerID)): give read permission, for example chmod 644, or copy it "
                + "instead of moving it"
        case .tooLarge(let bytes, let limit):
            "\(bytes) bytes are more than the limit of \(limit) (\(limit >> 20) MiB): split the file"
        case .cannotBeTaken(let why): why
        }
    }
}

/// Why a file is refused for good; `description` is for its owner and says what to do.
package enum RefusalReason: Hashable, Sendable, Codable, CustomStringConvertible {
    case notAFile(SpoolEntry.Kind)
    case empty
    case hardLinked(count: Int)

    package var description: String {
        switch self {
        case .notAFile(.symbolicLink): "a symbolic link: drop the file itself, links are not followed"
        case .notAFile(.folder): "a folder: drop files, not folders"
        case .notAFile(let kind): "a \(kind.rawValue), not a file: drop a text file"
        case .empty: "the file is empty: drop a file with at least one hash"
        case .hardLinked(let count):
            "the file has \(count) names (hard links): drop a copy of its own"
        }
    }
}

import Model

/// Coalescer of the events that the reader has not taken yet: they cannot grow without bound.
///
/// A hint only means "look at this folder", and the scan that follows sees everything: so there is one
/// pending hint a folder, however often it is told, and it keeps only the names that were renamed in or
/// replaced. Above `movedInMax` of these in a folder they are dropped, and those files wait for the quiet
/// period like any other; above `foldersMax` folders the answer is "look everywhere". A slow reader loses
/// speed, never files.
struct HintCoalescer: Sendable {
    /// Names a folder.
    static let movedInMax = 1_000
    static let foldersMax = 10_000

    private struct Pending {
        var hint: FolderHint
        var hasTooManyNames = false
    }

    private var folders: [UserName?: Pending] = [:]
    private var isEverywhere = false
    private var lifeEvents: [WatchEvent] = []

    var isEmpty: Bool { folders.isEmpty && !isEverywhere && lifeEvents.isEmpty }

    mutating func add(_ hint: WatchHint) {
        guard hint.kind != .overflow else {
            isEverywhere = true
            return
        }
        // A folder whose name cannot be a user's is shown by the listing of the root.
        let user = UserName(String(decoding: hint.folder.bytes, as: UTF8.self))
        guard folders.count < Self.foldersMax || folders[user] != nil else {
            isEverywhere = true
            return
        }
        var pending = folders[user] ?? Pending(hint: FolderHint(user: user))
        note(hint, in: &pending)
        folders[user] = pending
        guard user != nil, hint.kind == .folderAdded || hint.kind == .folderGone else { return }
        folders[nil] = folders[nil] ?? Pending(hint: FolderHint(user: nil))
    }

    /// The helper was started or lost. What an earlier helper told before that stays worth a look.
    mutating func add(lifeEvent event: WatchEvent) {
        // A helper that cannot live must not fill the memory of a reader that does not read: only the last
        // start and the last loss say how things are.
        if lifeEvents.count >= 2 { lifeEvents.removeFirst() }
        lifeEvents.append(event)
    }

    /// Everything pending, the helper's own news first.
    mutating func take() -> [WatchEvent] {
        let looks = folders.values.sorted {
            ($0.hint.user?.description ?? "") < ($1.hint.user?.description ?? "")
        }
        let events = lifeEvents + (isEverywhere ? [.lookEverywhere] : []) + looks.map { .look($0.hint) }
        self = HintCoalescer()
        return events
    }

    private func note(_ hint: WatchHint, in pending: inout Pending) {
        if [.appeared, .closed, .movedIn, .changed].contains(hint.kind) { pending.hint.tellsOfNews = true }
        switch hint.kind {
        case .movedIn:
            pending.hint.movedIn.insert(hint.name)
            pending.hint.replaced.remove(hint.name)
            if pending.hint.movedIn.count > Self.movedInMax { pending.hasTooManyNames = true }
            if pending.hasTooManyNames { pending.hint.movedIn = [] }
        case .removed, .appeared:
            // Whatever has the name now was not renamed to it.
            pending.hint.movedIn.remove(hint.name)
            guard !pending.hint.hasReplacedMany else { return }
            pending.hint.replaced.insert(hint.name)
            if pending.hint.replaced.count > Self.movedInMax {
                pending.hint.hasReplacedMany = true
                pending.hint.replaced = []
            }
        case .watching where hint.folder.bytes.isEmpty == (pending.hint.user == nil):
            pending.hint.watch = .armed
        case .folderGone where pending.hint.user != nil: pending.hint.watch = .gone
        case .cannotWatch where hint.folder.bytes.isEmpty == (pending.hint.user == nil):
            pending.hint.watch = .failed(errorNumber: hint.errorNumber ?? 0)
        default: break
        }
    }
}

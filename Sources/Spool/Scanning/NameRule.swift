package import Model

/// What a dropped file's name says about it.
///
/// The conventions are those of WinSCP (`.filepart`), browsers (`.crdownload`, `.part`, `.download`), Camel
/// (`.camelLock`), Kafka Connect (`.processing`), download programs (Opera, qBittorrent, µTorrent, aria2),
/// editors, rsync (dot-names), NFS, FUSE, macOS and Windows.
package enum NameRule: Hashable, Sendable {
    case ordinary
    /// Its writer has not given it its final name; the text is the part of the name that says so.
    case unfinished(String)
    /// An operating system's own file, never meant to be dropped.
    case litter
    /// A folder that an operating system or a server keeps for itself, such as a recycle bin: nothing in it
    /// was dropped.
    case systemFolder

    private static let unfinishedEndings = [
        ".part", ".partial", ".filepart", ".crdownload", ".download", ".uploading", ".tmp", ".temp",
        ".inprogress", ".processing", ".camellock", ".swp", ".swx", ".incomplete", ".opdownload",
        ".downloading",
        ".!qb", ".!ut", ".!bt", ".aria2", ".bc!", ".dctmp", ".td", ".unfinished", ".upload", ".fdmdownload",
    ]
    private static let unfinishedBeginnings = ["~$", ".nfs", ".fuse_hidden"]
    private static let litterNames = [
        ".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", ".directory", ".apdisk",
        "icon\r",
    ]
    /// Recycle bins of Windows, Samba, Synology and QNAP, snapshots, indexes, and what macOS puts into
    /// archives.
    private static let systemFolderNames: Set = [
        "$recycle.bin", "recycler", "recycled", "#recycle", "@recycle", "@recently-snapshot", "#snapshot",
        ".snapshot",
        ".snapshots", "@eadir", "@tmp", "@sharebin", "system volume information", "__macosx", "lost+found",
        ".trashes",
        ".trash", ".spotlight-v100", ".fseventsd", ".temporaryitems", ".appledouble", ".recycle", "found.000",
    ]

    /// What the last part of a name says.
    package init(_ name: DroppedName) { self.init(name.leaf) }

    init(_ name: [UInt8]) {
        let text = String(decoding: name, as: UTF8.self).lowercased()
        if Self.systemFolderNames.contains(text) || text.hasPrefix(".trash-") {
            self = .systemFolder
        } else if Self.litterNames.contains(text) || text.hasPrefix("._") {
            self = .litter
        } else if let ending = Self.unfinishedEndings.first(where: { text.hasSuffix($0) }) {
            self = .unfinished(ending)
        } else if let beginning = Self.unfinishedBeginnings.first(where: { text.hasPrefix($0) }) {
            self = .unfinished(beginning)
        } else if text.hasSuffix("~") {
            self = .unfinished("~")
        } else if text.count > 1, text.hasPrefix("#"), text.hasSuffix("#") {
            self = .unfinished("#")
        } else if text.hasPrefix(".") {
            self = .unfinished(".")
        } else {
            self = .ordinary
        }
    }
}

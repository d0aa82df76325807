package import Model

/// What a dropped file's name says about it.
///
/// The conventions are those of WinSCP (`.filepart`), browsers (`.crdownload`, `.part`, `.download`), Camel
/// (`.camelLock`), Kafka Connect (`.processing`), editors, rsync (dot-names), NFS, FUSE, macOS and Windows.
package enum NameRule: Hashable, Sendable {
    case ordinary
    /// Its writer has not given it its final name; the text is the part of the name that says so.
    case unfinished(String)
    /// An operating system's own file, never meant to be dropped.
    case litter

    private static let unfinishedEndings = [
        ".part", ".partial", ".filepart", ".crdownload", ".download", ".uploading", ".tmp", ".temp",
        ".inprogress", ".processing", ".camellock", ".swp", ".swx",
    ]
    private static let unfinishedBeginnings = ["~$", ".nfs", ".fuse_hidden"]
    private static let litterNames = [".ds_store", "thumbs.db", "desktop.ini", ".localized", ".directory"]

    /// What the last part of a name says.
    package init(_ name: DroppedName) { self.init(name.leaf) }

    init(_ name: [UInt8]) {
        let text = String(decoding: name, as: UTF8.self).lowercased()
        if Self.litterNames.contains(text) || text.hasPrefix("._") {
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

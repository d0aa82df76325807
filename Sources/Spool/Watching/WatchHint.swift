package import Model

/// One record of the helper process: something happened in a folder, so look there.
///
/// **The records' grammar**, which `hashdrop-watch` (its `HintWriter`) and `WatchHintDecoder` follow; they
/// cannot share code, because the helper alone may link the library with another licence:
///
///     record = kind "/" folder "/" rest NUL
///
/// `/` and NUL are the two bytes that no file name has, so names are raw bytes without any escaping. `folder`
/// is the user folder's name, empty for the spool root. By kind:
///
/// | kind | rest | meaning |
/// | --- | --- | --- |
/// | `appeared` | name | created, or linked into the folder |
/// | `closed` | name | a writer closed it |
/// | `moved-in` | name | renamed into the folder, or within it |
/// | `changed` | name | written to, or its mode, owner or dates changed; at most one a second for writes |
/// | `removed` | name | deleted, or renamed away |
/// | `folder-added` | | a user folder was found; `watching` or `cannot-watch` follows |
/// | `folder-gone` | | a user folder is there no longer |
/// | `watching` | | from now on changes are told; what happened before is not: scan now |
/// | `cannot-watch` | errno in decimal | changes are not told; tried again every minute |
/// | `overflow` | | the kernel dropped events: scan everything |
///
/// Records may be lost, repeated and late, and a reader may not conclude anything from one but that a scan is
/// worth it, and from `moved-in` that the file was complete when it got its name.
package struct WatchHint: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case appeared
        case closed
        case movedIn = "moved-in"
        case changed
        case removed
        case folderAdded = "folder-added"
        case folderGone = "folder-gone"
        case watching
        case cannotWatch = "cannot-watch"
        case overflow
    }

    package var kind: Kind
    /// Empty for the spool root.
    package var folder: DroppedName
    /// Empty where the kind has none.
    package var name: DroppedName
    /// Of `cannotWatch` only.
    package var errorNumber: Int32?

    package init(
        _ kind: Kind, folder: DroppedName = DroppedName(""), name: DroppedName = DroppedName(""),
        errorNumber: Int32? = nil
    ) {
        self.kind = kind
        self.folder = folder
        self.name = name
        self.errorNumber = errorNumber
    }
}

/// What a finding is about, by the name that programs know it by: it stays.
package enum Check: String, Hashable, Sendable, CaseIterable {
    /// Whether the one who asks may see what hashdrop sees.
    case account
    /// Whether a daemon serves the spool.
    case daemon
    /// Whether the web page answers, or can be served.
    case page
    /// Whether metrics and health answer, or can be served.
    case metrics
    /// Whether a daemon can start with what notifications need.
    case notifications
    /// Whether hashdrop-watch is there and runs.
    case helper
    /// Whether there is a spool, and a folder for each user.
    case spool
    /// What kind of file system a folder is on.
    case fileSystem = "file-system"
    /// Who owns a folder, and what other accounts may do in it.
    case ownership
    /// Whether a file can be made in the folder and renamed from there to where hashdrop wants it.
    case rename
    /// Whether a drop folder is on the file system of the private work folder.
    case sameFileSystem = "same-file-system"
    /// Whether the system tells if a program has a file open for writing.
    case readLease = "read-lease"
    /// Whether the kernel tells of a new file.
    case events
    case inotifyWatches = "inotify-watches"
    case inotifyInstances = "inotify-instances"
    /// Whether the database is hashdrop's, whole, and of this version.
    case database
    case databaseSize = "database-size"
    case freeSpace = "free-space"
    case inodes
    /// Whether the wall clock goes on from what hashdrop remembers.
    case clock
    /// Whether the kernel's clock is kept right from outside.
    case timeSynchronisation = "time-synchronisation"
    /// Whether the database that several daemons share serves this one, and is its endpoint's.
    case sharedDatabase = "shared-database"
    /// How far the shared database's clock is off this machine's.
    case sharedClock = "shared-clock"
    /// Whether the daemons that share the key give signs of life.
    case sites
    /// Whether there is an API key, and of the usual form.
    case key
    /// Who may read the key's file.
    case keyFile = "key-file"
    // The way to VirusTotal, stage by stage.
    case proxy
    case nameResolution = "name-resolution"
    case tcp
    case tls
    case http
    /// Whether VirusTotal accepts the key; one request, only when asked for.
    case keyAccepted = "key-accepted"
    /// VirusTotal's own count of the quota, or the reason why it was not asked for.
    case quota
}

/// The state of the drop folders.
package struct FolderHealth: Hashable, Sendable, Codable {
    /// How the daemon learns of new files in a folder.
    package enum Watch: String, Hashable, Sendable, Codable {
        /// The kernel tells of them.
        case events
        /// The folder is looked through every few seconds.
        case polling
        /// Not at all: nothing is picked up from it.
        case unwatched = "nobody"
    }

    package struct Folder: Hashable, Sendable, Codable {
        /// The folder's name, which is not always a user's.
        package var user: String
        package var watching: Watch
        /// Why it is polled, cannot be read, or is not picked up.
        package var problem: String?
        /// Files that are waiting, for any reason.
        package var waitingFiles: Int
        /// Files that a scan found and no event told of, since the daemon's start.
        package var missedByEvents: Int
        /// How far long lists are read that were picked up, a sentence each.
        package var reading: [String] = []

        package init(
            user: String, watching: Watch, problem: String?, waitingFiles: Int, missedByEvents: Int = 0
        ) {
            self.user = user
            self.watching = watching
            self.problem = problem
            self.waitingFiles = waitingFiles
            self.missedByEvents = missedByEvents
        }
    }

    package var folders: [Folder] = []
    /// Why new files cannot be taken at the moment, such as a full disk.
    package var trouble: String?

    package init() {}
}

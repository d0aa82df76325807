import Doctor
import Glibc

/// Whose the spool is: hashdrop works as that account alone, for all that it makes there must be its own.
enum SpoolOwner {
    /// Throws what to do where the spool's private folder belongs to another account than this one.
    ///
    /// - Parameter arguments: those of the command, for the advice.
    static func check(_ paths: StatePaths, spool: String, arguments: [String]) throws {
        guard let spoolOwner = owner(of: spool, followingLink: true),
            let privateOwner = owner(of: paths.folder, followingLink: false)
                ?? (errno == EACCES ? spoolOwner : nil),
            privateOwner != geteuid()
        else { return }
        // Root may have made the spool, and let hashdrop's account write to it.
        let service = spoolOwner == 0 ? privateOwner : spoolOwner
        let name = AccountNames.user(service)
        let word = ShellWord.quoted(name)
        guard service != geteuid() else {
            throw CommandFailure(
                .noPermission,
                "The spool belongs to '\(name)', but '\(paths.folder)' in it to "
                    + "'\(AccountNames.user(privateOwner))'; give it back: sudo chown -R \(word): "
                    + ShellWord.quoted(paths.folder))
        }
        let command = (["hashdrop"] + arguments.map(ShellWord.quoted)).joined(separator: " ")
        // Without a full stop, which would be copied with the command.
        throw CommandFailure(
            .noPermission,
            "The spool belongs to '\(name)'; run it as that account: sudo -u \(word) \(command)")
    }

    /// Nil, with `errno`, if it cannot be looked at.
    private static func owner(of path: String, followingLink: Bool) -> UInt32? {
        var facts = stat()
        return (followingLink ? stat(path, &facts) : lstat(path, &facts)) == 0 ? facts.st_uid : nil
    }
}

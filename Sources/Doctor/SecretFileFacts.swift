import Glibc

/// A file with a secret, and who may read or change it.
package struct SecretFileFacts: Hashable, Sendable {
    package var path: String
    /// The permission bits; nil if it is no file or cannot be looked at, which is told with its use.
    var mode: UInt32?
    /// Seconds since 1970 of the last change of its content.
    var changedAt: Double?

    package init(path: String) {
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        mode = status.st_mode & 0o7777
        changedAt = Double(status.st_mtim.tv_sec)
    }
}

/// What a mode means. Pure.
extension SecretFileFacts {
    /// Nil where there is no mode to be judged.
    func finding(_ check: Check) -> Finding? {
        guard let mode else { return nil }
        let text = "mode " + String(mode, radix: 8)
        if mode & 0o007 != 0 {
            return .warning(
                check, path, "\(text): every account of this machine may read or change it",
                advice: "sudo chmod o= \(ShellWord.quoted(path))")
        }
        if mode & 0o020 != 0 {
            return .warning(
                check, path, "\(text): its group may put another secret in its place",
                advice: "sudo chmod g-w \(ShellWord.quoted(path))")
        }
        return .ok(check, path, text)
    }
}

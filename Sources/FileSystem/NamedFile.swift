import Glibc

/// Reader of small files that settings name, such as that of a key: it never waits, whatever stands there.
package enum NamedFile {
    /// Why one cannot be read, and what to do; neither begins a sentence or ends one.
    package struct Refusal: Error, Hashable {
        package let reason: String
        package let advice: String
    }

    /// The bytes of a regular file, and one more than `max` of a longer one.
    package static func bytes(at path: String, max: Int) throws(Refusal) -> [UInt8] {
        // Else a named pipe is waited for until another program writes to it.
        let number = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard number >= 0 else { throw refusal(errno) }
        defer { close(number) }
        var status = stat()
        guard fstat(number, &status) == 0 else { throw refusal(errno) }
        if let kind = otherKind(status.st_mode) { throw kind }
        var bytes = [UInt8](repeating: 0, count: max + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                read(number, $0.baseAddress! + filled, $0.count - filled)
            }
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw refusal(errno)
            }
        }
        return Array(bytes.prefix(filled))
    }

    private static func refusal(_ number: Int32) -> Refusal {
        switch number {
        case ENOENT: Refusal(reason: "it is missing", advice: "write it")
        case EACCES, EPERM:
            Refusal(reason: FileSystemError.words(number), advice: "let this account read it")
        // Opening a socket.
        case ENXIO: Refusal(reason: "it is a socket", advice: "put a regular file in its place")
        default: Refusal(reason: FileSystemError.words(number), advice: "see the system's log")
        }
    }

    /// Nil for a regular file.
    private static func otherKind(_ mode: mode_t) -> Refusal? {
        let inItsPlace = "put a regular file in its place"
        return switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: Refusal(reason: "it is a folder", advice: "name the file in it")
        case S_IFIFO: Refusal(reason: "it is a named pipe", advice: inItsPlace)
        default: Refusal(reason: "it is a device", advice: inItsPlace)
        }
    }
}

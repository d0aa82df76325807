import Foundation
import Synchronization

/// Journal file: one JSON object a line.
final class JournalFile: Sendable {
    private let handle: Mutex<FileHandle>

    /// Opens the file, or creates it readable by its owner only. Throws `SimulatorError.journal`.
    init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SimulatorError.journal(path: path, code: errno) }
        handle = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    /// Appends one entry at once, so that a reader that follows the file sees whole lines.
    /// Throws what writing throws.
    func append(_ entry: JournalEntry) throws {
        let line = Data((entry.jsonLine + "\n").utf8)
        try handle.withLock { try $0.write(contentsOf: line) }
    }
}

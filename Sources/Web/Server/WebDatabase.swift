import FileSystem
import Foundation
import Glibc
import Model
import Reporting
import Store
import Support

/// Reader of the database and the report folders, on a thread of its own: no event loop and no cooperative
/// thread blocks on a disk.
actor WebDatabase {
    private let database: HashdropDatabase
    private let reports: String
    private let executor = BlockingExecutor(label: "hashdrop.web")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - database: it is only read.
    ///   - reports: the folder of the users' report folders.
    /// - Throws: `StoreError`.
    init(database: HashdropDatabase, reports: String) throws {
        self.database = try database.readOnly()
        self.reports = reports
    }

    func read<Value: Sendable>(_ body: @Sendable (HashdropDatabase) throws -> Value) throws -> Value {
        try body(database)
    }

    /// Opens a file of a job's folder, or returns nil if it is not there (yet). Its path comes from the job
    /// as it is stored, and neither a link in the file's place nor one in its folders' is followed.
    func open(_ file: JobFile, of job: Job) -> OpenFile? {
        OpenFile(in: reports, folders: ["\(job.user)", job.folderName], name: file.rawValue)
    }

    /// The files that a job's folder has, in the order in which they are offered.
    func files(of job: Job) -> [JobFile] { JobFile.allCases.filter { open($0, of: job) != nil } }

    /// The next at most `count` bytes of a file, empty at its end.
    func bytes(_ count: Int, of file: OpenFile) throws -> [UInt8] { try file.read(count) }
}

/// Regular file that is open for reading; closed when it is released. A report that is replaced meanwhile
/// stays whole.
final class OpenFile: Sendable {
    private let descriptor: Int32
    let byteCount: Int

    /// - Parameters:
    ///   - root: a folder that the operator has named; it may be a link.
    ///   - folders: from there on, one within the other.
    init?(in root: String, folders: [String], name: String) {
        var folder = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for name in folders where folder >= 0 {
            let next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            close(folder)
            folder = next
        }
        guard folder >= 0 else { return nil }
        defer { close(folder) }
        // Without O_NONBLOCK a pipe in the file's place would block the thread for ever.
        descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0, let byteCount = RegularFile.byteCount(of: descriptor) else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        self.byteCount = byteCount
    }

    deinit { close(descriptor) }

    fileprivate func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            let read = Glibc.read(descriptor, buffer.baseAddress, count)
            guard read >= 0 else { throw WebError.cannotRead(code: errno) }
            filled = read
        }
    }
}

import FileSystem
import Foundation
import Glibc
import Model
import NIOCore
import Reporting
import Store
import Support

/// Reader of the database and the report folders, on a thread of its own: no event loop and no cooperative
/// thread blocks on a disk.
actor WebDatabase {
    private let database: HashdropDatabase
    private let reports: String
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - database: it is only read.
    ///   - reports: the folder of the users' report folders.
    ///   - label: names its thread in a debugger.
    /// - Throws: `StoreError`.
    init(database: HashdropDatabase, reports: String, label: String = "hashdrop.web") throws {
        executor = BlockingExecutor(label: label)
        self.database = try database.readOnly()
        self.reports = reports
    }

    func read<Value: Sendable>(_ body: @Sendable (HashdropDatabase) throws -> Value) throws -> Value {
        try body(database)
    }

    /// A job and one of its files, opened; nil if one of them is not there (yet).
    func open(
        _ file: JobFile, of job: @Sendable (HashdropDatabase) throws -> Job?
    ) throws -> (job: Job, file: OpenFile)? {
        guard let job = try job(database), let open = open(file, of: job) else { return nil }
        return (job, open)
    }

    /// Opens a file of a job's folder, or returns nil if it is not there (yet). Its path comes from the job
    /// as it is stored. No link is followed but the operator's in place of a user's folder.
    private func open(_ file: JobFile, of job: Job) -> OpenFile? {
        OpenFile(in: reports, user: job.user, job: job.folderName, file)
    }

    /// The files that a job's folder has, in the order in which they are offered.
    func files(of job: Job) -> [JobFile] { JobFile.allCases.filter { open($0, of: job) != nil } }

    /// The next at most `count` bytes of a file, empty at its end, in the memory of `buffer` unless that is
    /// in use.
    func bytes(
        _ count: Int, of file: OpenFile, reusing buffer: consuming ByteBuffer
    ) throws -> ByteBuffer {
        buffer.clear(minimumCapacity: count)
        try file.read(count, into: &buffer)
        return buffer
    }
}

/// Regular file that is open for reading; closed when it is released. A report that is replaced meanwhile
/// stays whole.
final class OpenFile: Sendable {
    private let descriptor: FileSystem.FileDescriptor
    let byteCount: Int

    /// - Parameter root: a folder that the operator has named; it may be a link.
    init?(in root: String, user: UserName, job: String, _ file: JobFile) {
        do {
            let root = try Directory.open(path: root, followingLink: true)
            var folder = try root.operatorsFolder("\(user)").folder(job)
            if let inner = file.folder { folder = try folder.folder(inner) }
            descriptor = try folder.openForReading(Array(file.name.utf8))
        } catch {
            return nil
        }
        guard let byteCount = RegularFile.byteCount(of: descriptor.number) else { return nil }
        self.byteCount = byteCount
    }

    fileprivate func read(_ count: Int, into buffer: inout ByteBuffer) throws {
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            let read = Glibc.read(descriptor.number, bytes.baseAddress, count)
            guard read >= 0 else { throw WebError.cannotRead(code: errno) }
            return read
        }
    }
}

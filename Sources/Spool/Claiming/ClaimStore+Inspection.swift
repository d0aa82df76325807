import FileSystem
import Foundation
import Glibc
import Model

/// The look at an entry before it is claimed.
extension ClaimStore {
    enum Inspection: ~Copyable {
        case fit(FileDescriptor, WriterProbe)
        case notYet(WaitReason)
        case vanished
    }

    /// The folder in which the entry lies; nil if a folder on the way is gone or has become something else.
    func openParent(of entry: SpoolEntry, of user: UserName) throws -> Directory? {
        let own = try spool.root.folder(user.description)
        do {
            return try own.parent(of: entry.name)
        } catch let error as FileSystemError where [ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber) {
            return nil
        }
    }

    /// Says at once what the rename would say, before a work folder is made for each of many files.
    func requireWritable(_ folder: borrowing Directory, _ entry: SpoolEntry) throws {
        guard faccessat(folder.number, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
            throw folder.error("claim", errno, entry.name.leaf)
        }
    }

    /// Looks at the file itself: the scan is older, and only a descriptor cannot be exchanged.
    func inspect(
        _ entry: SpoolEntry, in folder: borrowing Directory, _ evidence: ReadyEvidence
    ) throws -> Inspection {
        guard let before = try folder.status(entry.name.leaf) else { return .vanished }
        guard before.kind == .regular else { return .notYet(.settling) }
        let file: FileDescriptor
        do {
            file = try folder.openForReading(entry.name.leaf)
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            return .notYet(.notReadable(mode: before.st_mode & 0o7777, ownerID: before.st_uid))
        } catch let error as FileSystemError where [ENOENT, ELOOP, ENXIO].contains(error.errorNumber) {
            // It vanished or was exchanged for something else; the next scan sees what it is now.
            return .notYet(.settling)
        }
        let status = try file.status { folder.error("look at", $0, entry.name.leaf) }
        let now = SpoolEntry(name: entry.name, status: status)
        guard now.kind == .regular, now.fingerprint == entry.fingerprint, now.linkCount == 1,
            now.size <= rules.sizeBytesMax
        else { return .notYet(.settling) }
        let writer = WriterProbe.check(descriptor: file.number)
        if let reason = reasonToWait(writer, evidence) { return .notYet(reason) }
        return .fit(file, writer)
    }

    /// An empty file is refused only with proof that no program will fill it: a program that runs for long
    /// opens its output first and writes to it at its end.
    func reasonToKeepEmpty(
        _ entry: SpoolEntry, in folder: borrowing Directory
    ) throws -> WaitReason? {
        let file: FileDescriptor
        do {
            file = try folder.openForReading(entry.name.leaf)
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            return .empty
        } catch let error as FileSystemError where [ENOENT, ELOOP, ENXIO].contains(error.errorNumber) {
            return .settling
        }
        switch WriterProbe.check(descriptor: file.number) {
        case .noWriter: return nil
        case .writerPresent: return .writerPresent
        case .unknown: return .empty
        }
    }

    /// Without proof that no program writes, a file must have been quiet for longer; a rename is proof
    /// enough.
    private func reasonToWait(_ writer: WriterProbe, _ evidence: ReadyEvidence) -> WaitReason? {
        switch (writer, evidence) {
        case (.writerPresent, _): .writerPresent
        case (.unknown, .quiet(let seconds)) where .seconds(seconds) < rules.quietPeriodWithoutLease:
            .writerUnknown
        default: nil
        }
    }
}

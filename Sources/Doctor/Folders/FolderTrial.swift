import FileSystem
import Foundation
import Glibc
import Spool

/// What became of a probe file in a folder.
struct TrialFacts: Hashable, Sendable {
    /// Making it: 0 or the errno. Without it nothing else is tried.
    var making: Int32 = 0
    /// Renaming it to where hashdrop renames files to; nil if that folder cannot be opened, or was not
    /// needed.
    var rename: Int32?
    /// Opening the folder that it is renamed to.
    var opening: Int32 = 0
    /// Whether a writer would be seen; nil where that is not asked.
    var lease: WriterProbe?
}

/// Trial of a folder by a probe file: hidden, and gone when the trial is over, however it ends.
struct FolderTrial {
    /// What every probe's name begins with. The daemon takes a name with a dot for unfinished, and leaves it.
    static let prefix = ".hashdrop-doctor-"

    let name: [UInt8]

    init(using generator: inout some RandomNumberGenerator) {
        name = Array((Self.prefix + String(generator.next() as UInt64, radix: 36)).utf8)
    }

    /// A scanner, or a process that is just being started, may hold the probe for a moment.
    private static let leaseTriesMax = 100

    /// Makes a probe in a drop folder or the spool, asks for a lease on it and moves it into the private
    /// folder, as a claim does.
    func tryClaim(from path: String, to privateFolder: String, followingLink: Bool) -> TrialFacts {
        var facts = TrialFacts()
        do {
            let folder = try Directory.open(path: path, followingLink: followingLink)
            try makeProbe(in: folder)
            defer { remove(from: folder) }
            facts.lease = try askForLease(in: folder)
            do {
                let target = try Directory.open(path: privateFolder)
                // Whichever of the two has it.
                defer { remove(from: target) }
                facts.rename = GlibcShims.renameWithoutReplacing(folder.number, name, to: target.number, name)
            } catch let error as FileSystemError {
                facts.opening = error.errorNumber
            }
        } catch let error as FileSystemError {
            facts.making = error.errorNumber
        } catch {
            facts.making = EIO
        }
        return facts
    }

    /// Makes a probe in the reports' folder and gives it another name there, as a report gets its own.
    func tryPublication(in path: String) -> TrialFacts {
        var facts = TrialFacts()
        do {
            let folder = try Directory.open(path: path, followingLink: true)
            try makeProbe(in: folder)
            defer { remove(from: folder) }
            let renamed = name + Array(".renamed".utf8)
            defer { withCString(renamed) { _ = unlinkat(folder.number, $0, 0) } }
            let result = withCString(name) { old in
                withCString(renamed) { renameat(folder.number, old, folder.number, $0) }
            }
            facts.rename = result == 0 ? 0 : errno
        } catch let error as FileSystemError {
            facts.making = error.errorNumber
        } catch {
            facts.making = EIO
        }
        return facts
    }

    /// Makes a probe and removes it: what the kernel should tell of.
    func touch(_ path: String) throws {
        let folder = try Directory.open(path: path)
        try makeProbe(in: folder)
        remove(from: folder)
    }

    private func makeProbe(in folder: borrowing Directory) throws {
        let file = try folder.create(name, mode: 0o600)
        do {
            try Array("hashdrop doctor\n".utf8).withUnsafeBytes { bytes in
                try writeAll(bytes, to: file.number) { folder.error("write", $0, name) }
            }
        } catch {
            remove(from: folder)
            throw error
        }
    }

    private func askForLease(in folder: borrowing Directory) throws -> WriterProbe {
        let file = try folder.openForReading(name)
        var probe = WriterProbe.check(descriptor: file.number)
        for _ in 1..<Self.leaseTriesMax where probe == .writerPresent {
            // A rest of a millisecond.
            poll(nil, 0, 1)
            probe = WriterProbe.check(descriptor: file.number)
        }
        return probe
    }

    /// A probe that cannot be removed shows in the folder, and the trial has said what the folder does not
    /// allow.
    private func remove(from folder: borrowing Directory) {
        withCString(name) { _ = unlinkat(folder.number, $0, 0) }
    }
}

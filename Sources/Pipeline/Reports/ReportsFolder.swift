import FileSystem
import Foundation
import Glibc
import Model
package import Store

/// The folder with the users' report folders, reached from its root down by each use, so that a disk can be
/// unmounted meanwhile. What users may put into it is not followed: a link in a report folder leads nowhere.
///
/// A marker in it tells the folder from the bare mount point of a disk that is not there: without it nothing
/// is written.
package struct ReportsFolder: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// The folder has been written to before, and has no marker now.
        case gone(path: String)

        package var description: String {
            switch self {
            case .gone(let path):
                "The reports' folder '\(path)' is not the one that hashdrop has written to: its disk is not "
                    + "mounted, or the folder was replaced. hashdrop goes on when it is back; to begin again "
                    + "in this one, create the file '\(path)/\(ReportsFolder.markerName)'."
            }
        }
    }

    package let path: String
    private let needsMarker: Bool

    /// A file that says what the folder is.
    package static let markerName = ".hashdrop-reports"

    /// - Parameters:
    ///   - path: as the settings name it; it may be a link.
    ///   - database: which knows whether the folder has a marker.
    package init(path: String, database: HashdropDatabase) throws {
        self.path = path
        needsMarker = try database.reportsDirectory() == Self.absolute(path)
    }

    /// Marks the folder at its first use; throws `Failure` if it has been marked before and is not now.
    package static func begin(at path: String, database: HashdropDatabase) throws {
        let root = try Directory.open(path: path, followingLink: true)
        if try root.status(Array(markerName.utf8)) == nil {
            guard try database.reportsDirectory() != absolute(path) else { throw Failure.gone(path: path) }
            let marker = try AtomicFile(replacing: markerName, in: root)
            try marker.append(
                Array("hashdrop writes its reports here. Without this file it writes none.\n".utf8))
            try marker.commit()
        }
        if try database.reportsDirectory() != absolute(path) {
            try database.noteReports(directory: absolute(path))
        }
    }

    private static func absolute(_ path: String) -> String {
        URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL.path(percentEncoded: false)
    }

    /// Throws `FileSystemError` or `Failure` if nothing can be written to it now.
    package func verify() throws { _ = try root() }

    /// The same, but for a folder that is missing and has not been written to: a start makes it.
    package func verifyIfThere() throws {
        if needsMarker || access(path, F_OK) == 0 { try verify() }
    }

    /// The folder itself, open. Throws `FileSystemError` or `Failure`.
    func root() throws -> Directory {
        let root = try Directory.open(path: path, followingLink: true)
        guard try !needsMarker || root.status(Array(Self.markerName.utf8)) != nil else {
            throw Failure.gone(path: path)
        }
        return root
    }

    /// A user's folder, made if it is missing. The operator may have made it a link.
    func folder(of user: UserName, in root: borrowing Directory) throws -> Directory {
        let name = user.description
        guard try root.status(Array(name.utf8)) != nil else {
            return try root.folder(name, makingWith: PrivateDirectory.mode)
        }
        return try root.operatorsFolder(name)
    }

    /// A job's folder, made if it is missing.
    func folder(of job: Job, in folder: borrowing Directory) throws -> Directory {
        try folder.folder(job.folderName, makingWith: PrivateDirectory.mode)
    }
}

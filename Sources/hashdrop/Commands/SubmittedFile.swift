import FileSystem
import Foundation
import Glibc
import Model
import Support

/// What a command is given as a list: a file, or what comes through a pipe.
enum SubmittedFile {
    /// Opens it for reading from its beginning, more than once.
    ///
    /// - Parameter bytesMax: the most that is taken from a pipe.
    /// - Throws: `CommandFailure` that names the file.
    static func open(_ path: String, bytesMax: Int) throws -> FileHandle {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure(.noInput, "'\(path.showingControls)' is a folder; name a file.")
        }
        do {
            let file =
                path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
            guard lseek(file.fileDescriptor, 0, SEEK_SET) != 0 else { return file }
            return try copy(of: file, named: path, bytesMax: bytesMax)
        } catch let error as CocoaError {
            throw CommandFailure(
                .noInput,
                "The file '\(path.showingControls)' cannot be read "
                    + "(\((error as NSError).localizedDescription))."
            )
        }
    }

    /// A pipe can be read once only, and the receipt is found by the content's digest.
    private static func copy(of pipe: FileHandle, named path: String, bytesMax: Int) throws -> FileHandle {
        let copy = try temporary()
        var bytes = 0
        while let chunk = try pipe.read(upToCount: 1 << 16), !chunk.isEmpty {
            bytes += chunk.count
            guard bytes <= bytesMax else {
                throw CommandFailure(
                    .data,
                    "'\(path.showingControls)' brings more than \(bytesMax) bytes (list.bytesMax); split it.")
            }
            try copy.write(contentsOf: chunk)
        }
        try copy.seek(toOffset: 0)
        return copy
    }

    /// A file that holds `text`, to be read from its beginning.
    static func holding(_ text: String) throws -> FileHandle {
        let file = try temporary()
        try file.write(contentsOf: Data(text.utf8))
        try file.seek(toOffset: 0)
        return file
    }

    /// An empty file without a name.
    private static func temporary() throws -> FileHandle {
        let url = FileManager.default.temporaryDirectory.appending(path: "hashdrop-\(UUID().uuidString)")
        let descriptor = Glibc.open(
            url.path(percentEncoded: false), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(
                .cannotCreate, "No temporary file can be made (\(FileSystemError.words(errno))).")
        }
        // No other program needs its name, and nothing is left however this program ends.
        unlink(url.path(percentEncoded: false))
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

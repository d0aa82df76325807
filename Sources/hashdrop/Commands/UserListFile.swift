import Foundation
import Glibc

/// File that names users, or standard input.
struct UserListFile {
    private static let bytesMax = 64 << 20

    private let path: String
    private var isStandardInput: Bool { path == "-" }
    private var name: String { isStandardInput ? "Standard input" : "'\(path)'" }

    init(_ path: String) { self.path = path }

    func read() throws -> UserList {
        let handle = try open()
        var facts = stat()
        guard fstat(handle.fileDescriptor, &facts) == 0 else { throw unreadable(errno) }
        guard facts.st_mode & S_IFMT != S_IFDIR else {
            throw CommandFailure(.noInput, "\(name) is a folder; name a file with users.")
        }
        let list = UserList(text: try text(of: bytes(of: handle)))
        // A pipe has no reader but this one.
        let isOpen = facts.st_mode & S_IFMT == S_IFREG && facts.st_mode & 0o077 != 0
        guard !list.hasSecrets || !isOpen else {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            throw CommandFailure(
                .data,
                "\(name) has a column of passwords or of their hashes, and not its owner alone may use it "
                    + "(mode 0\(mode)); 'chmod 600' it, and import it again. Nothing was changed.")
        }
        guard !list.entries.isEmpty || !list.mistakes.isEmpty else {
            throw CommandFailure(.data, "\(name) names no user.")
        }
        return list
    }

    private func open() throws -> FileHandle {
        if isStandardInput { return .standardInput }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(errno) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private func unreadable(_ number: Int32) -> CommandFailure {
        CommandFailure(
            number == EACCES ? .noPermission : .noInput,
            "\(name) cannot be read (\(String(cString: strerror(number)))); name a file with users, or '-' "
                + "for standard input.")
    }

    private func bytes(of handle: FileHandle) throws -> Data {
        var all = Data()
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            all += part
            guard all.count <= Self.bytesMax else {
                throw CommandFailure(
                    .data, "\(name) is larger than \(Self.bytesMax >> 20) MiB; import it in parts.")
            }
        }
        return all
    }

    /// What files of other programs begin with.
    private static let otherKinds: [(start: [UInt8], name: String)] = [
        (Array("%PDF-".utf8), "a PDF document"), (Array("{\\rtf".utf8), "a text document (RTF)"),
        ([0x50, 0x4B, 0x03, 0x04], "a spreadsheet, a text document or another ZIP archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet or text document of an old Office"),
        ([0x1F, 0x8B], "compressed (gzip)"),
    ]

    /// UTF-8, or UTF-16 with its mark, as spreadsheets write it.
    private func text(of bytes: Data) throws -> String {
        if let kind = Self.otherKinds.first(where: { bytes.starts(with: $0.start) }) {
            throw CommandFailure(
                .data,
                "\(name) is not imported, and nothing was changed: it is \(kind.name), and no text; save the "
                    + "users as CSV in UTF-8, or write one name a line.")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            guard let text = String(data: bytes, encoding: .utf16) else { throw notText(line: 1) }
            return text
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        if let text = String(validating: content, as: UTF8.self), !content.contains(0) { return text }
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil || $0.contains(0) } ?? 0
        guard !lines[line].contains(0) else {
            throw CommandFailure(
                .data,
                "\(name) is not imported, and nothing was changed: line \(line + 1) has a NUL byte, which "
                    + "text has only in UTF-16 without its mark (FF FE); save the file as CSV in UTF-8.")
        }
        throw notText(line: line + 1)
    }

    private func notText(line: Int) -> CommandFailure {
        CommandFailure(
            .data,
            "\(name) is not imported, and nothing was changed: line \(line) is no UTF-8 text; save the file "
                + "as CSV in UTF-8.")
    }
}

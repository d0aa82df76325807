import FileSystem
import Foundation
import Glibc
import Model

/// `claim.json`: says which file a work folder holds, independently of the database.
struct ClaimRecord: Codable, Equatable {
    static let currentVersion = 1
    static let fileName = "claim.json"
    /// A record is about 600 bytes; a larger file is none.
    static let bytesMax = 65_536

    var version = currentVersion
    var user: String
    /// The dropped name's bytes.
    var name: Data
    /// The dropped name as text, for the operator who looks into the folder.
    var displayName: String
    var claimedAt: Date
    var identity: FileIdentity
    var size: Int64
    var modifiedNanoseconds: Int64
    var evidence: CompletionEvidence?
    var refusal: RefusalReason?

    init(
        _ request: ClaimRequest, evidence: CompletionEvidence? = nil, refusal: RefusalReason? = nil
    ) {
        let entry = request.entry
        user = request.user.description
        name = Data(entry.name.bytes)
        displayName = entry.name.display
        claimedAt = request.now
        identity = entry.identity
        size = entry.size
        modifiedNanoseconds = entry.modifiedNanoseconds
        self.evidence = evidence
        self.refusal = refusal
    }

    var droppedName: DroppedName { DroppedName(bytes: name) }

    /// Whether this is the file that was inspected, unchanged since; the rename itself changes
    /// its ctime.
    func describes(_ status: stat) -> Bool {
        let now = SpoolEntry(name: droppedName, status: status)
        return now.kind == .regular && now.identity == identity && now.size == size
            && now.modifiedNanoseconds == modifiedNanoseconds
    }

    /// Writes the record, over another one if there is one.
    ///
    /// - Returns: the file, still to be flushed: until then a cut may leave any part of it, so no file is
    ///   taken into the folder before.
    func write(in folder: borrowing Directory) throws -> FileDescriptor {
        let number = openat(
            folder.number, Self.fileName, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw folder.error("open", errno, Self.fileName) }
        let file = FileDescriptor(number)
        try encoded().withUnsafeBytes { bytes in
            try writeAll(bytes, to: file.number) { folder.error("write", $0, Self.fileName) }
        }
        FileDescriptor.beginWriting(number)
        return file
    }

    private func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        encoder.dateEncodingStrategy = .secondsSince1970
        return try encoder.encode(self)
    }

    /// The folder's record, or why it has none that can be used.
    static func read(from folder: borrowing Directory) throws -> Reading {
        guard try folder.status(Array(fileName.utf8)) != nil else { return .missing }
        let file = try folder.openForReading(Array(fileName.utf8))
        var buffer = [UInt8](repeating: 0, count: bytesMax)
        let count = try file.read(into: &buffer) { folder.error("read", $0, fileName) }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        do {
            let record = try decoder.decode(ClaimRecord.self, from: Data(buffer.prefix(count)))
            guard record.version == currentVersion, let user = UserName(record.user) else {
                return .unusable("it is of version \(record.version) or names no user")
            }
            return .usable(record, user)
        } catch {
            return .unusable("\(error)")
        }
    }

    enum Reading {
        case usable(ClaimRecord, UserName)
        case missing
        case unusable(String)
    }
}

/// How a file was judged complete.
struct CompletionEvidence: Codable, Equatable {
    var arrival: ReadyEvidence
    var writer: WriterProbe

    /// In words, for a report: `quiet for 2 s, no writer`.
    var words: String {
        let arrival =
            switch arrival {
            case .renamedIntoFolder: "renamed into the folder"
            case .quiet(let seconds): "quiet for \(Int(seconds.rounded(.down))) s"
            }
        let writer =
            switch writer {
            case .noWriter: "no writer"
            case .writerPresent: "still open for writing"
            case .unknown(let number): "writers unknown (\(FileSystemError.words(number)))"
            }
        return arrival + ", " + writer
    }
}

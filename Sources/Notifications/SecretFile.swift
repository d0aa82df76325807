import FileSystem

/// A file that holds a secret and nothing else. It is read at each use: another secret needs no restart.
struct SecretFile: Sendable {
    let path: String
    /// The setting that names it.
    let setting: String

    /// Longer ones are another file's content.
    private static let bytesMax = 4_096

    /// The secret as text. Throws a `NotificationError`.
    func text() throws -> String { String(decoding: try read(), as: UTF8.self) }

    /// The secret, without line ends around it. Throws a `NotificationError`.
    func read() throws -> [UInt8] {
        let bytes: [UInt8]
        do throws(NamedFile.Refusal) {
            bytes = try NamedFile.bytes(at: path, max: Self.bytesMax)
        } catch {
            throw NotificationError(
                "The file '\(path)' (\(setting)) cannot be read (\(error.reason))",
                advice: "\(error.advice), or name another in \(setting)")
        }
        let isEnd = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        let start = bytes.firstIndex { !isEnd($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isEnd($0) }.map { $0 + 1 } ?? start
        let secret = bytes[start..<max(start, end)]
        guard !secret.isEmpty, bytes.count <= Self.bytesMax, secret.allSatisfy({ $0 >= 0x20 }) else {
            throw NotificationError(
                "The file '\(path)' (\(setting)) must hold one line with the secret", advice: "write it again"
            )
        }
        return Array(secret)
    }
}

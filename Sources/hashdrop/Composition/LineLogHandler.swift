import Foundation
import Glibc
import Logging
import Support

/// Log handler that writes a line an event to standard error: time, level, sentence, fields.
///
/// What comes from outside, such as a file's name, stands in a field, and not in the sentence.
struct LineLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        var line = Self.line(event.level, "\(event.message)", fields, at: Date()) + "\n"
        // One call a line, so that lines of several threads do not mix. Where nothing reads them, they are
        // lost.
        _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func line(
        _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata, at now: Date
    ) -> String {
        var time: [UInt8] = []
        UTCTime(now).appendISO8601(to: &time)
        let text = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(LogText.value("\($0.value)"))" }
            .joined()
        return "\(String(decoding: time, as: UTF8.self)) \(level): \(message.showingControls)\(text)"
    }
}

import Foundation
import Glibc
import Logging
import Support
import Systemd

/// Form of the log: lines of text, lines of JSON, or entries of systemd's journal.
///
/// What comes from outside, such as a file's name, stands in a field, and not in the sentence.
enum LogForm: Sendable {
    /// `2026-11-23T19:50:45Z info: Serving. spool=/srv/spool users=3`
    case text
    /// `{"time":"2026-11-23T19:50:45Z","level":"info","message":"Serving.","fields":{"users":"3"}}`
    case json
    /// The same text without time and level, which the journal has of its own, and each field as one of its.
    case journal

    /// - Parameter setting: `log.format`.
    init(setting: String) {
        switch setting {
        case "json": self = .json
        case "text": self = .text
        default: self = Journal.takesStandardError ? .journal : .text
        }
    }

    /// Writes one event. Where nothing reads standard error, it is lost.
    func write(_ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) {
        let fields = fields.map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        switch self {
        case .text: Self.append("\(Self.time()) \(level): \(Self.text(message, fields))\n")
        case .json: Self.append(Self.json(level, message, fields, time: Self.time()))
        case .journal:
            let text = Self.text(message, fields)
            let own = fields.compactMap { field in
                Journal.name(of: field.key).map { (name: $0, value: LogText.cut(field.value)) }
            }
            let identifier = (name: "SYSLOG_IDENTIFIER", value: "hashdrop")
            let priority = Self.priority(of: level)
            guard !Journal.send(priority, text, fields: [identifier] + own) else { return }
            // The journal's service is gone for the moment, and its stream takes lines all the same.
            Self.append("<\(priority.rawValue)>\(text)\n")
        }
    }

    private static func text(_ message: String, _ fields: [(key: String, value: String)]) -> String {
        message.showingControls + fields.map { " \($0.key)=\(LogText.value($0.value))" }.joined()
    }

    private static func json(
        _ level: Logger.Level, _ message: String, _ fields: [(key: String, value: String)], time: String
    ) -> String {
        var bytes = Array("{\"time\":\"\(time)\",\"level\":\"\(level)\",\"message\":".utf8)
        JSONText.append(message, to: &bytes)
        bytes += ",\"fields\":{".utf8
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(key: field.key, to: &bytes)
            JSONText.append(LogText.cut(field.value), to: &bytes)
        }
        bytes += "}}\n".utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func priority(of level: Logger.Level) -> Journal.Priority {
        switch level {
        case .trace, .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }

    private static func time() -> String {
        var time: [UInt8] = []
        UTCTime(Date()).appendISO8601(to: &time)
        return String(decoding: time, as: UTF8.self)
    }

    /// One call a line, so that lines of several threads do not mix.
    private static func append(_ line: String) {
        var line = line
        _ = line.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

import CSystemd
import Glibc

/// systemd's journal, for lines with fields.
package enum Journal {
    /// Urgency of a line, by syslog(3).
    package enum Priority: Int, Sendable {
        case critical = 2
        case error, warning, notice, info, debug
    }

    /// Whether standard error ends in the journal.
    ///
    /// Source: systemd.exec(5), `JOURNAL_STREAM`: the device and the inode of the stream, joined by a colon.
    package static var takesStandardError: Bool {
        var information = stat()
        guard let text = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &information) == 0 else {
            return false
        }
        return String(cString: text) == "\(information.st_dev):\(information.st_ino)"
    }

    /// Sends a line with fields. Returns false if no journal took it.
    ///
    /// - Parameter fields: names as `name(of:)` makes them.
    @discardableResult
    package static func send(
        _ priority: Priority, _ message: String, fields: [(name: String, value: String)]
    ) -> Bool {
        let texts =
            ["MESSAGE=\(message)", "PRIORITY=\(priority.rawValue)"] + fields.map { "\($0.name)=\($0.value)" }
        var bytes: [UInt8] = []
        let ends = texts.map { text in
            bytes += text.utf8
            return bytes.count
        }
        return bytes.withUnsafeMutableBytes { bytes in
            var begin = 0
            let vectors = ends.map { end in
                defer { begin = end }
                return iovec(iov_base: bytes.baseAddress! + begin, iov_len: end - begin)
            }
            return sd_journal_sendv(vectors, Int32(vectors.count)) == 0
        }
    }

    /// A field's name as the journal wants it: at most 64 capital letters, digits and underscores, not with a
    /// digit or an underscore first; nil if nothing of `key` is left.
    ///
    /// Source: systemd.journal-fields(7). Names with a leading underscore are the journal's own.
    package static func name(of key: String) -> String? {
        let name = key.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }.drop { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }.prefix(64)
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}

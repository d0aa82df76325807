import Model
import Support

/// What visitors sent, as it may stand in the log.
enum LogText {
    private static let scalarsMax = 200

    /// `value` in quotation marks and without controls: it can neither move a terminal's cursor nor pass for
    /// another field of the line.
    static func quoted(_ value: some StringProtocol) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars.prefix(scalarsMax) {
            if scalar == "\"" || scalar == "\\" { text.append("\\") }
            text.append(scalar)
        }
        return "\"\(String(text).showingControls)\""
    }
}

/// How often strangers can make the daemon write a line: a flood of requests must not become a flood of the log.
struct NoticeRate: Sendable {
    /// Default 10.
    static let noticesPerMinuteMax = 10
    private var begin: Duration?
    private var count = 0
    private var leftOut = 0

    /// Whether to write a line now.
    ///
    /// - Returns: how many were left out since the last one; nil not to write.
    mutating func admit(at now: Duration) -> Int? {
        if begin.map({ now - $0 >= .seconds(60) }) ?? true {
            begin = now
            count = 0
        }
        guard count < Self.noticesPerMinuteMax else {
            leftOut += 1
            return nil
        }
        count += 1
        defer { leftOut = 0 }
        return leftOut
    }
}

/// What a notification tells of.
package enum NotificationEvent: String, Hashable, Sendable, CaseIterable, Codable {
    /// A list is finished.
    case done
    /// A finished or cancelled list has at least one malicious file.
    case malicious
    /// A dropped file was refused.
    case refused
    /// A running list has had no answer for long.
    case stuck
    /// The day's quota is used up, or the key is refused: for administrators, once a day.
    case quota
}

/// How a notification is delivered.
package enum NotificationChannel: String, Hashable, Sendable, CaseIterable, Codable {
    /// A program of the operator's.
    case hook
    /// An HTTP request.
    case webhook
    /// Mail to the user.
    case mail
}

extension Set<NotificationEvent> {
    /// In the form `malicious,refused`, as the database has it.
    var column: String { map(\.rawValue).sorted().joined(separator: ",") }

    init(column: String) {
        self.init(column.split(separator: ",").compactMap { NotificationEvent(rawValue: String($0)) })
    }
}

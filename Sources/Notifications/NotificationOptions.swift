package import Store
package import Support

/// What the settings say of notifications.
package struct NotificationOptions: Sendable {
    /// A program that is started for each notification.
    package struct Hook: Sendable {
        /// The program's absolute path and its arguments; no shell reads them.
        package var arguments: [String]
        /// Default 30 s; then it is ended.
        package var timeout: Duration

        package init(arguments: [String], timeout: Duration = .seconds(30)) {
            self.arguments = arguments
            self.timeout = timeout
        }
    }

    /// An address that each notification is posted to.
    package struct Webhook: Sendable {
        /// Where the URL stands.
        package enum Address: Hashable, Sendable {
            case url(String)
            /// In a file, because it is a secret: that of a chat's webhook is.
            case file(String)
        }

        package enum Format: String, Hashable, Sendable, CaseIterable {
            /// All that is known, as a JSON object.
            case json
            /// A sentence, in the form that Slack and Mattermost take: `{"text": "…"}`.
            case text
            /// A sentence on an Adaptive Card, which is all that a workflow of Teams takes.
            case teams
        }

        package var address: Address
        package var format: Format
        /// The file with the secret that the body is signed by; nil for no signature.
        package var secretFile: String?

        package init(_ address: Address, format: Format = .json, secretFile: String? = nil) {
            self.address = address
            self.format = format
            self.secretFile = secretFile
        }
    }

    /// A mail server that takes the users' mail.
    package struct Mail: Sendable {
        /// `smtp://host:port` or `smtps://host:port`.
        package var server: String
        package var sender: MailAddress
        /// Nil for a server that wants no login.
        package var user: String?
        package var passwordFile: String?

        package init(server: String, sender: MailAddress, user: String? = nil, passwordFile: String? = nil) {
            self.server = server
            self.sender = sender
            self.user = user
            self.passwordFile = passwordFile
        }
    }

    package var hook: Hook?
    package var webhook: Webhook?
    package var mail: Mail?
    /// What the hook and the webhook are told of, whosever list it is. Default: all but the ends of lists.
    package var events: Set<NotificationEvent>
    /// A running list without an answer for so long is stuck; default 6 h.
    package var stuckAfter: Duration
    /// Where users open the page, without a path: messages link to lists there. Nil for no links.
    package var pageURL: String?
    /// Where the users' report folders are.
    package var reportsDirectory: String

    package static let usualEvents: Set<NotificationEvent> = [.malicious, .refused, .stuck, .quota]

    package init(
        hook: Hook? = nil, webhook: Webhook? = nil, mail: Mail? = nil,
        events: Set<NotificationEvent> = usualEvents, stuckAfter: Duration = .seconds(6 * 3600),
        pageURL: String? = nil, reportsDirectory: String
    ) {
        self.hook = hook
        self.webhook = webhook
        self.mail = mail
        self.events = events
        self.stuckAfter = stuckAfter
        self.pageURL = pageURL
        self.reportsDirectory = reportsDirectory
    }
}

/// Error of the settings of notifications.
package struct NotificationError: ExplainedError, Hashable, CustomStringConvertible {
    package let explanation: Explanation
    /// One sentence that names the setting, the reason and what to do.
    package let description: String

    init(_ description: String) {
        self.description = description
        explanation = Explanation(sentence: description)
    }

    init(_ reason: String, advice: String) {
        explanation = Explanation(reason, advice: advice)
        description = explanation.description
    }
}

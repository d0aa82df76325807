import Model

/// User whose session a request has.
struct AuthenticatedUser: Sendable {
    let name: UserName
    let isAdministrator: Bool
    /// The session's, for the log-out form.
    let formToken: String
}

import Model

/// Paths of the page that links, forms and redirections lead to; `WebRouter` takes them.
enum WebRoute: String, Sendable {
    case login = "/login"
    case logout = "/logout"
    case jobs = "/jobs"

    /// The page of a job.
    static func path(of id: JobID) -> String { "/jobs/\(id)" }
    static func path(of file: JobFile, of id: JobID) -> String { "/jobs/\(id)/\(file.path)" }
}

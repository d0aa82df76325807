/// The body of a refusal: `{"error": {"code": "…", "message": "…"}}` (API v3, "Errors").
struct ErrorPayload {
    let code: String
    /// It may be missing; the code is what makes the body VirusTotal's.
    let message: String

    /// Nil if `error` is none of VirusTotal's.
    init?(_ error: JSONValue?) {
        guard let code = error?["code"]?.string else { return nil }
        self.code = code
        message = error?["message"]?.string ?? ""
    }
}

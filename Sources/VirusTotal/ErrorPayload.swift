/// The body of a refusal: `{"error": {"code": "…", "message": "…"}}` (API v3, "Errors").
struct ErrorPayload: Decodable {
    var error: Body

    struct Body: Decodable {
        var code: String
        var message: String

        enum CodingKeys: CodingKey {
            case code
            case message
        }

        /// The code is what makes it VirusTotal's; the message may be missing.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            code = try container.decode(String.self, forKey: .code)
            message = container.lossy(String.self, .message) ?? ""
        }
    }
}

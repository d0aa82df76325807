/// The body of a file's answer: `{"data": {"type": "file", "attributes": {…}}}`.
struct FilePayload: Decodable {
    var data: Object?
    var error: ErrorPayload.Body?

    struct Object: Decodable {
        var type: String?
        var attributes: FileAttributes?
        /// Present instead of the attributes when VirusTotal has removed the file.
        var error: ErrorPayload.Body?

        enum CodingKeys: CodingKey {
            case type
            case attributes
            case error
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = container.lossy(String.self, .type)
            error = container.lossy(ErrorPayload.Body.self, .error)
            // Strict: its reason is worth more than "no attributes".
            attributes = try container.decodeIfPresent(FileAttributes.self, forKey: .attributes)
        }
    }

    enum CodingKeys: CodingKey {
        case data
        case error
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        error = container.lossy(ErrorPayload.Body.self, .error)
        data = try container.decodeIfPresent(Object.self, forKey: .data)
    }
}

/// The body of a file's answer: `{"data": {"type": "file", "attributes": {…}}}`.
struct FilePayload {
    let data: Object?
    let error: ErrorPayload?

    struct Object {
        let type: String?
        let attributes: FileAttributes?
        /// Present instead of the attributes when VirusTotal has removed the file.
        let error: ErrorPayload?
    }

    /// Nil if the body has another form. Throws the reason for which attributes are not usable.
    init?(_ body: JSONValue) throws(FileAttributes.Unusable) {
        guard body.isObject else { return nil }
        error = ErrorPayload(body["error"])
        guard let data = body["data"] else {
            self.data = nil
            return
        }
        let attributes = data["attributes"]
        guard data.isObject, attributes?.isObject ?? true else { return nil }
        self.data = Object(
            type: data["type"]?.string, attributes: try attributes.map(FileAttributes.init),
            error: ErrorPayload(data["error"]))
    }
}

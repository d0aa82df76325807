package import Foundation
package import Model

/// Change of the simulated world: from a moment on VirusTotal says something else of one file.
///
/// The engines have then scanned the file again, and one that was unknown has just been submitted. What the
/// names alone say of the file stays; what the simulator draws by the findings (`FactSheet`) follows them.
package struct WorldChange: Hashable, Sendable {
    /// Any of the file's three names.
    package var hash: FileHash
    /// From when on, by the simulator's clock; nil, or a moment that is over: at once.
    package var from: Date?
    /// What VirusTotal knows of the file then; Fortinet detects it if any engine does.
    package var condition: SimulatedFile.Condition
    /// The malware family by which engines call the file then, a `ThreatFamily`'s name; nil: as before.
    package var family: String?

    /// A change; check `complaint` if the values come from outside.
    package init(
        _ hash: FileHash, from: Date? = nil, _ condition: SimulatedFile.Condition, family: String? = nil
    ) {
        self.hash = hash
        self.from = from
        self.condition = condition
        self.family = family
    }

    /// Why the change makes no sense, in words, or nil if it does.
    package var complaint: String? {
        if case .detected(let engines) = condition, !(0...SimulatedFile.detectionsMax).contains(engines) {
            return "'detections' is \(engines) and must be 0 to \(SimulatedFile.detectionsMax)"
        }
        guard let family, ThreatFamily.named(family) == nil else { return nil }
        let names = ThreatFamily.all.map(\.name).joined(separator: ", ")
        return "'\(family)' is no family; there are: \(names)"
    }
}

extension WorldChange: Decodable {
    private enum CodingKeys: String, CodingKey {
        case hash
        case from
        case detections
        case condition
        case family
    }

    /// Reads `{"hash": "…", "from": "2026-11-23T19:50:45Z", "detections": 12, "family": "emotet"}`, or
    /// `"condition": "unknown"` or `"pending"` in place of the detections; `from` and `family` may be
    /// missing. An unknown key and a value out of range throw `DecodingError`.
    package init(from decoder: any Decoder) throws {
        // A misspelt date would silently be now.
        let values = try decoder.container(onlyKeyedBy: CodingKeys.self, of: "a change")
        let name = try values.decode(String.self, forKey: .hash)
        guard let hash = FileHash(name) else { throw decoder.corrupted("'\(name)' is no hash") }
        let from = try values.decodeIfPresent(String.self, forKey: .from).map { text in
            guard let date = try? Date(text, strategy: .iso8601) else {
                throw decoder.corrupted("'\(text)' is no time such as 2026-11-23T19:50:45Z")
            }
            return date
        }
        let condition = try Self.condition(
            detections: values.decodeIfPresent(Int.self, forKey: .detections),
            word: values.decodeIfPresent(String.self, forKey: .condition), decoder)
        self.init(
            hash, from: from, condition, family: try values.decodeIfPresent(String.self, forKey: .family))
        if let complaint { throw decoder.corrupted(complaint) }
    }

    private static func condition(
        detections: Int?, word: String?, _ decoder: any Decoder
    ) throws -> SimulatedFile.Condition {
        switch (detections, word) {
        case (let detections?, nil): return .detected(engines: detections)
        case (nil, "unknown"?): return .unknown
        case (nil, "pending"?): return .pending
        case (nil, let word?): throw decoder.corrupted("'condition' is '\(word)' and not unknown or pending")
        default: throw decoder.corrupted("a change has either 'detections' or a 'condition'")
        }
    }
}

extension WorldChange {
    /// The changes in a file, one JSON object a line; empty lines are skipped. Throws `SimulatorError.world`.
    package static func read(path: String) throws -> [WorldChange] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SimulatorError.world(path: path, line: nil, problem: "it cannot be read")
        }
        var changes: [WorldChange] = []
        let lines = String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            do {
                changes.append(try JSONDecoder().decode(WorldChange.self, from: Data(line.utf8)))
            } catch {
                throw SimulatorError.world(path: path, line: index + 1, problem: problem(error))
            }
        }
        return changes
    }

    private static func problem(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context) where context.underlyingError == nil:
            context.debugDescription
        case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of the wrong type"
        default: "it is no JSON object"
        }
    }
}

import Foundation
import Model

/// A file object's attributes as far as they are used, read into a `FileObject`.
struct FileAttributes: Decodable {
    let object: FileObject

    /// Why attributes are not usable, in words.
    struct Unusable: Error {
        let why: String
    }

    /// Reports of today have up to 80 engines.
    static let enginesMax = 1000
    static let engineNameCharactersMax = 200
    static let resultCharactersMax = 300
    static let fileNameCharactersMax = 1000
    static let labelCharactersMax = 300

    enum CodingKeys: String, CodingKey {
        case md5
        case sha1
        case sha256
        case size
        case names
        case reputation
        case meaningfulName = "meaningful_name"
        case typeDescription = "type_description"
        case firstSubmissionDate = "first_submission_date"
        case lastAnalysisDate = "last_analysis_date"
        case lastAnalysisResults = "last_analysis_results"
        case lastAnalysisStats = "last_analysis_stats"
        case threatClassification = "popular_threat_classification"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var object = FileObject(
            md5: try Self.hash(.md5, .md5, container), sha1: try Self.hash(.sha1, .sha1, container),
            sha256: try Self.hash(.sha256, .sha256, container))
        object.engines = try Self.engines(container)
        object.lastAnalysisDate = Self.date(.lastAnalysisDate, container)
        object.firstSubmissionDate = Self.date(.firstSubmissionDate, container)
        object.meaningfulName =
            container.text(.meaningfulName, charactersMax: Self.fileNameCharactersMax)
            ?? Self.sensibleName(container)
        object.typeDescription = container.text(.typeDescription, charactersMax: Self.labelCharactersMax)
        object.sizeBytes = container.integer(.size).flatMap { $0 < 0 ? nil : $0 }
        object.threatLabel = container.lossy(ThreatClassification.self, .threatClassification)?.label
        object.reputation = container.integer(.reputation).flatMap { Int(exactly: $0) }
        self.object = object
    }

    private typealias Container = KeyedDecodingContainer<CodingKeys>

    private static func hash(_ kind: FileHash.Kind, _ key: CodingKeys, _ container: Container) throws
        -> FileHash
    {
        guard let text = container.lossy(String.self, key) else {
            throw Unusable(why: "the file object has no \(kind.name)")
        }
        guard let hash = FileHash(text), hash.kind == kind else {
            throw Unusable(why: "the file object's \(kind.name) is not one")
        }
        return hash
    }

    /// Epoch seconds before the year 10000, where calendars and formatters end.
    private static func date(_ key: CodingKeys, _ container: Container) -> Date? {
        guard let seconds = container.integer(key), (1..<253_402_300_800).contains(seconds) else {
            return nil
        }
        return Date(timeIntervalSince1970: Double(seconds))
    }

    /// The first of `names` with a letter or a digit; some are `.` or broken encodings.
    private static func sensibleName(_ container: Container) -> String? {
        guard let names = container.lossy([Lossy<String>].self, .names) else { return nil }
        for case .some(let name) in names.lazy.map(\.value)
        where name.unicodeScalars.contains(where: {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }) {
            if let name = storable(name, charactersMax: fileNameCharactersMax) { return name }
        }
        return nil
    }

    /// The rows by engine. Missing, null and empty mean that no analysis has finished, unless the statistics
    /// say otherwise: to take unreadable detections for "nothing yet" would be a false all-clear. For the
    /// same reason the rows must hold as many detections as the statistics count (they did in all of 125
    /// recorded answers).
    private static func engines(_ container: Container) throws -> [String: EngineFinding] {
        let rows: [String: EngineRow]
        do {
            rows =
                try container.decodeIfPresent([String: EngineRow].self, forKey: .lastAnalysisResults) ?? [:]
        } catch {
            throw Unusable(why: "the engines' results are not an object")
        }
        let stats = container.lossy([String: LossyInteger].self, .lastAnalysisStats) ?? [:]
        if rows.isEmpty {
            guard stats.values.allSatisfy({ ($0.value ?? 0) == 0 }) else {
                throw Unusable(why: "the statistics count engines, but their results are missing")
            }
        }
        guard rows.count <= enginesMax else {
            throw Unusable(why: "it has \(rows.count) engines, and the limit is \(enginesMax)")
        }
        guard rows.keys.allSatisfy({ $0.unicodeScalars.count <= engineNameCharactersMax }) else {
            throw Unusable(why: "an engine's name exceeds \(engineNameCharactersMax) characters")
        }
        let findings = rows.mapValues(\.finding)
        let counted = [EngineCategory.malicious, .suspicious].reduce(Int64(0)) { sum, category in
            sum + min(max(0, stats[category.rawValue]?.value ?? 0), Int64(enginesMax))
        }
        guard counted <= findings.values.count(where: \.category.isDetection) else {
            throw Unusable(why: "the statistics count \(counted) detections, the engines' results fewer")
        }
        return findings
    }
}

/// One engine's row. A row that cannot be read keeps its place, with a category that is no opinion.
private struct EngineRow: Decodable {
    let finding: EngineFinding

    private static let unreadable = EngineCategory(rawValue: "unreadable")

    enum CodingKeys: CodingKey {
        case category
        case result
    }

    init(from decoder: any Decoder) {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self),
            let word = container.text(.category, charactersMax: FileAttributes.labelCharactersMax)
        else {
            finding = EngineFinding(category: Self.unreadable)
            return
        }
        let category = EngineCategory(rawValue: word.lowercased())
        finding = EngineFinding(
            category: category,
            result: category.isDetection
                ? container.text(.result, charactersMax: FileAttributes.resultCharactersMax) : nil)
    }
}

/// `popular_threat_classification`: the suggested label, or else one made of its most frequent category and
/// name.
private struct ThreatClassification: Decodable {
    let label: String?

    enum CodingKeys: String, CodingKey {
        case suggested = "suggested_threat_label"
        case categories = "popular_threat_category"
        case names = "popular_threat_name"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let suggested = container.text(.suggested, charactersMax: FileAttributes.labelCharactersMax) {
            label = suggested
        } else {
            let parts = [CodingKeys.categories, .names].compactMap { key in
                container.lossy([Lossy<Entry>].self, key)?.lazy.compactMap(\.value?.word).first
            }
            label = parts.isEmpty ? nil : parts.joined(separator: ".")
        }
    }

    /// `{"value": "trojan", "count": 24}`, before October 2021 `["trojan", 24]`.
    private struct Entry: Decodable {
        let word: String?

        enum CodingKeys: CodingKey {
            case value
        }

        init(from decoder: any Decoder) throws {
            let text: String
            if var pair = try? decoder.unkeyedContainer() {
                text = try pair.decode(String.self)
            } else {
                text = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .value)
            }
            // Half of the label's limit each: two of them make one label.
            word = storable(text, charactersMax: FileAttributes.labelCharactersMax / 2)
        }
    }
}

import Foundation
import Model

/// A file object's attributes as far as they are used, read into a `FileObject`.
///
/// Only the three hashes and the engines' rows are strict; any other field that cannot be read is as if it
/// were missing.
struct FileAttributes {
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

    init(_ attributes: JSONValue) throws(Unusable) {
        var object = FileObject(
            md5: try Self.hash(.md5, attributes["md5"]), sha1: try Self.hash(.sha1, attributes["sha1"]),
            sha256: try Self.hash(.sha256, attributes["sha256"]))
        object.engines = try Self.engines(attributes)
        object.lastAnalysisDate = Self.date(attributes["last_analysis_date"])
        object.firstSubmissionDate = Self.date(attributes["first_submission_date"])
        object.meaningfulName =
            attributes["meaningful_name"]?.text(charactersMax: Self.fileNameCharactersMax)
            ?? attributes["names"]?.first(Self.sensibleName)
        object.typeDescription = attributes["type_description"]?.text(charactersMax: Self.labelCharactersMax)
        object.sizeBytes = attributes["size"]?.integer.flatMap { $0 < 0 ? nil : $0 }
        object.threatLabel = attributes["popular_threat_classification"].flatMap(Self.threatLabel)
        object.reputation = attributes["reputation"]?.integer.flatMap { Int(exactly: $0) }
        object.facts = FileFactsReader(attributes).facts
        self.object = object
    }

    private static func hash(_ kind: FileHash.Kind, _ value: JSONValue?) throws(Unusable) -> FileHash {
        guard let digits = value?.utf8 else {
            throw Unusable(why: "the file object has no \(kind.name)")
        }
        guard let hash = FileHash(hexadecimal: UnsafeRawBufferPointer(digits)), hash.kind == kind else {
            throw Unusable(why: "the file object's \(kind.name) is not one")
        }
        return hash
    }

    /// Epoch seconds before the year 10000, where calendars and formatters end.
    static func date(_ value: JSONValue?) -> Date? {
        guard let seconds = value?.integer, (1..<253_402_300_800).contains(seconds) else { return nil }
        return Date(timeIntervalSince1970: Double(seconds))
    }

    /// A name with a letter or a digit; some are `.` or broken encodings.
    private static func sensibleName(_ value: JSONValue) -> String? {
        guard let name = value.text(charactersMax: fileNameCharactersMax),
            name.unicodeScalars.contains(where: {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            })
        else { return nil }
        return name
    }

    /// The rows by engine. Missing, null and empty mean that no analysis has finished, unless the statistics
    /// say otherwise: to take unreadable detections for "nothing yet" would be a false all-clear. For the
    /// same reason the rows must hold as many detections as the statistics count (they did in all of 125
    /// recorded answers).
    private static func engines(_ attributes: JSONValue) throws(Unusable) -> EngineFindings {
        let rows = attributes["last_analysis_results"]
        if let rows, !rows.isObject { throw Unusable(why: "the engines' results are not an object") }
        var engines = EngineFindings()
        if let rows {
            if let plain = plainEngines(rows) {
                engines = plain
            } else {
                engines = EngineFindings(try findings(rows))
            }
        }
        var counted: Int64 = 0
        var countsAny = false
        attributes["last_analysis_stats"]?.forEachMember { name, count in
            let count = count.integer ?? 0
            countsAny = countsAny || count != 0
            if EngineCategory(rawValue: String(decoding: name, as: UTF8.self)).isDetection {
                counted += min(max(0, count), Int64(enginesMax))
            }
        }
        if engines.isEmpty, countsAny {
            throw Unusable(why: "the statistics count engines, but their results are missing")
        }
        guard counted <= engines.detectionCount else {
            throw Unusable(why: "the statistics count \(counted) detections, the engines' results fewer")
        }
        return engines
    }

    /// The rows as they nearly always are: of known categories, in texts that stay as they are. Nil of
    /// others.
    private static func plainEngines(_ rows: JSONValue) -> EngineFindings? {
        var plain: [EngineFindings.PlainRow] = []
        plain.reserveCapacity(100)
        var isPlain = true
        rows.forEachMember { name, row in
            guard isPlain, plain.count < enginesMax, !name.isEmpty,
                isStorable(name, charactersMax: engineNameCharactersMax),
                let word = row["category"]?.utf8,
                let code = categories.firstIndex(where: { word.elementsEqual($0) })
            else {
                isPlain = false
                return
            }
            var result: UnsafeBufferPointer<UInt8>?
            if EngineFindings.knownCategories[code].isDetection, let value = row["result"] {
                result = value.utf8
                isPlain = result.map { isStorable($0, charactersMax: resultCharactersMax) } ?? false
            }
            plain.append(.init(name: name, code: code, result: result))
        }
        return isPlain ? EngineFindings(plainRows: plain) : nil
    }

    private static let categories = EngineFindings.knownCategories.map { Array($0.rawValue.utf8) }

    private static func findings(_ rows: JSONValue) throws(Unusable) -> [String: EngineFinding] {
        var findings: [String: EngineFinding] = [:]
        rows.forEachMember { name, row in
            findings[String(decoding: name, as: UTF8.self)] = finding(row)
        }
        guard findings.count <= enginesMax else {
            throw Unusable(why: "it has \(findings.count) engines, and the limit is \(enginesMax)")
        }
        guard findings.keys.allSatisfy({ $0.unicodeScalars.count <= engineNameCharactersMax }) else {
            throw Unusable(why: "an engine's name exceeds \(engineNameCharactersMax) characters")
        }
        return findings
    }

    /// One engine's row. A row that cannot be read keeps its place, with a category that is no opinion.
    private static func finding(_ row: JSONValue) -> EngineFinding {
        guard let word = row["category"]?.text(charactersMax: labelCharactersMax) else {
            return EngineFinding(category: EngineCategory(rawValue: "unreadable"))
        }
        let category = EngineCategory(rawValue: word.lowercased())
        let result =
            category.isDetection ? row["result"]?.text(charactersMax: resultCharactersMax) : nil
        return EngineFinding(category: category, result: result)
    }

    /// The suggested label, or else one made of the most frequent category and name.
    private static func threatLabel(_ classification: JSONValue) -> String? {
        if let suggested = classification["suggested_threat_label"]?.text(charactersMax: labelCharactersMax) {
            return suggested
        }
        let parts = [
            classification["popular_threat_category"], classification["popular_threat_name"],
        ].compactMap { $0?.first(mostFrequent) }
        return parts.isEmpty ? nil : parts.joined(separator: ".")
    }

    /// The word of `{"value": "trojan", "count": 24}`, before October 2021 `["trojan", 24]`.
    private static func mostFrequent(_ entry: JSONValue) -> String? {
        // Half of the label's limit each: two of them make one label.
        let charactersMax = labelCharactersMax / 2
        return entry["value"]?.text(charactersMax: charactersMax)
            ?? entry.first { $0.text(charactersMax: charactersMax) }
    }
}

import Foundation
import Model
import Support

/// Writer of `last_analysis_results` and `last_analysis_stats`, from one count so that both agree.
struct EngineTable {
    private let file: SimulatedFile
    private let words: DetectionWords
    private let isAndroid: Bool
    private let isPortableExecutable: Bool
    private var generator: SeededGenerator
    private var updates: [[UInt8]]
    /// Rows by category, in the order of `categories`.
    private(set) var counts = [Int](repeating: 0, count: Self.categories.count)

    /// The categories of the documentation, as `last_analysis_stats` lists them.
    static let categories = [
        "malicious", "suspicious", "undetected", "harmless", "timeout", "confirmed-timeout", "failure",
        "type-unsupported",
    ]
    private static let malicious = 0
    private static let undetected = 2
    private static let timeout = 4
    private static let confirmedTimeout = 5
    private static let failure = 6
    private static let typeUnsupported = 7
    // Where Fortinet stands in the answer: somewhere near the end.
    private static let fortinetIndex = 68

    init(_ file: SimulatedFile, profile: ThreatProfile) {
        self.file = file
        words = DetectionWords(profile)
        isAndroid = profile.type.tag == "android"
        isPortableExecutable = profile.type.isPortableExecutable
        generator = SeededGenerator(seed: file.family.seed ^ 0x656E_6769_6E65_7300)
        let day = Int((file.rescannedAt ?? file.lastAnalysisDate).timeIntervalSince1970) / 86_400
        updates = [0, 0, 1, 0, 3].map { Self.digits(ofDay: day - $0) }
    }

    /// Writes the rows' object; without a finished analysis it is empty.
    mutating func write(to json: inout JSONWriter) {
        guard case .detected(let detections) = file.condition else { return json.object { _ in } }
        precondition((0...SimulatedFile.detectionsMax).contains(detections), "0 to 65 engines detect a file")
        var takingPart: [Engine] = Engine.all
        for _ in 0..<generator.below(5) { takingPart.remove(at: generator.below(takingPart.count)) }
        var needed = detections
        if case .detected = file.fortinet { needed = max(0, needed - 1) }
        var left = takingPart.count { canDetect($0) }
        // A closure cannot change `self` while it is borrowed: the work is done on a copy.
        var table = self
        json.object { rows in
            for (index, engine) in takingPart.enumerated() {
                if index == Self.fortinetIndex { table.writeFortinet(to: &rows) }
                var detects = false
                if table.canDetect(engine) {
                    // Drawn without replacement: exactly `detections` engines detect in the end.
                    detects = table.generator.below(left) < needed
                    left -= 1
                    if detects { needed -= 1 }
                }
                table.write(engine, detects: detects, to: &rows)
            }
        }
        self = table
    }

    private func canDetect(_ engine: Engine) -> Bool { isAndroid || !engine.isMobile }

    private mutating func write(_ engine: Engine, detects: Bool, to rows: inout JSONWriter) {
        rows.verbatim(engine.rowStart)
        rows.append(engine.fixedUpdate ?? generator.pick(updates))
        if detects {
            finish(Self.malicious, result: engine.detectionName.text(for: words), in: &rows)
        } else {
            finish(silentCategory(engine), result: nil, in: &rows)
        }
    }

    private mutating func silentCategory(_ engine: Engine) -> Int {
        guard canDetect(engine) else { return Self.typeUnsupported }
        switch generator.below(1000) {
        case ..<15: return Self.timeout
        case ..<20: return Self.failure
        case ..<22: return Self.confirmedTimeout
        case ..<80 where !isPortableExecutable: return Self.typeUnsupported
        default: return Self.undetected
        }
    }

    private mutating func writeFortinet(to rows: inout JSONWriter) {
        if case .missing = file.fortinet { return }
        // The string "None" was seen in every third answer, whatever the row says.
        let version = generator.below(3) == 0 ? "None" : "7.0.30.0"
        rows.verbatim(Engine.rowStart(Engine.fortinetKey, version))
        rows.append(updates[0])
        switch file.fortinet {
        case .detected(let name):
            let shown = file.quirks.contains(.hostileText) ? HostileText.result : name
            var text = JSONWriter()
            text.string(shown)
            finish(Self.malicious, result: Array(text.bytes.dropFirst().dropLast()), in: &rows)
        case .couldNotScan(let category):
            let index = Self.categories.firstIndex(of: category.rawValue) ?? Self.failure
            finish(index, result: nil, in: &rows)
        case .undetected, .missing: finish(Self.undetected, result: nil, in: &rows)
        }
    }

    private mutating func finish(_ category: Int, result: [UInt8]?, in rows: inout JSONWriter) {
        var name = Self.categories[category]
        // The first row without an opinion gets the new category; the statistics know nothing of it.
        if category == Self.undetected, counts[category] == 0, file.quirks.contains(.unknownCategory) {
            name = "quarantined"
        }
        counts[category] += 1
        rows.append("\", \"category\": \"")
        rows.append(Array(name.utf8))
        if let result {
            rows.append("\", \"result\": \"")
            rows.append(result)
            rows.append("\"}")
        } else {
            rows.append("\", \"result\": null}")
        }
    }

    /// A day, counted from 1970-01-01, as `YYYYMMDD`; the Gregorian calendar in whole numbers.
    static func digits(ofDay day: Int) -> [UInt8] {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return Array(String(year * 10_000 + month * 100 + dayOfMonth).utf8)
    }
}

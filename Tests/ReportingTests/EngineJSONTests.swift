import Foundation
import Model
import Support
import Testing

@testable import Reporting

@Suite struct EngineJSONTests {
    private static let texts = [
        "A", "Bkav Pro", "ESET-NOD32", "W32/Agent.A!tr", "x,y", "", "m", "a\"b", "a\\b", "é",
    ]
    private static let categories = EngineFindings.knownCategories + [EngineCategory(rawValue: "brand-new")]

    /// Whichever way they are written: plain, or with something to escape or a new category.
    @Test(arguments: 0..<60)
    func findingsAreGroupedByCategory(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        // Of few texts and categories each way is taken.
        let texts = Self.texts.prefix(seed % 2 == 0 ? 7 : 10)
        let categories = Self.categories.prefix(seed % 3 == 0 ? 9 : 8)
        var findings: [String: EngineFinding] = [:]
        for number in 0..<generator.below(90) {
            let category = categories.randomElement(using: &generator)!
            let result = generator.below(3) == 0 ? nil : texts.randomElement(using: &generator)!
            findings["\(texts.randomElement(using: &generator)!) \(number)"] = EngineFinding(
                category: category, result: category.isDetection ? result : nil)
        }
        var bytes: [UInt8] = []
        EngineJSON.append(EngineFindings(findings), to: &bytes)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(object.keys.sorted() == Set(findings.values.map(\.category.rawValue)).sorted())
        for category in categories {
            let own = findings.filter { $0.value.category == category }
            if category.isDetection {
                let named = object[category.rawValue] as? [String: Any] ?? [:]
                #expect(named.mapValues { $0 as? String } == own.mapValues(\.result))
            } else {
                #expect(object[category.rawValue] as? [String] ?? [] == own.keys.sorted())
            }
        }
        #expect(String(decoding: bytes, as: UTF8.self).firstIndex(of: "\n") == nil)
    }
}

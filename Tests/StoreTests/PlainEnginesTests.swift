import Model
import Support
import TestSupport
import Testing

@Suite struct PlainEnginesTests {
    /// Put together from bytes they are the same as from values.
    @Test(arguments: 0..<40)
    func rowsOfBytesAreTheSameAsValues(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let letters = Array("ABab1- _")
        func text() -> String {
            String((0...generator.below(6)).map { _ in letters.randomElement(using: &generator)! })
        }
        var findings: [String: EngineFinding] = [:]
        var texts: [(name: [UInt8], code: Int, result: [UInt8]?)] = []
        for _ in 0..<generator.below(60) {
            let code = generator.below(EngineFindings.knownCategories.count)
            let category = EngineFindings.knownCategories[code]
            let name = text()
            let result = category.isDetection && generator.below(4) > 0 ? text() : nil
            // Of a name that is there twice the last one counts.
            findings[name] = EngineFinding(category: category, result: result)
            texts.append((Array(name.utf8), code, result.map { Array($0.utf8) }))
        }
        #expect(Self.engines(texts) == EngineFindings(findings))
    }

    private static func engines(
        _ texts: [(name: [UInt8], code: Int, result: [UInt8]?)], _ rows: [EngineFindings.PlainRow] = []
    ) -> EngineFindings {
        guard rows.count < texts.count else { return EngineFindings(plainRows: rows) }
        let next = texts[rows.count]
        return next.name.withUnsafeBufferPointer { name in
            guard let result = next.result else {
                return engines(texts, rows + [.init(name: name, code: next.code, result: nil)])
            }
            return result.withUnsafeBufferPointer {
                engines(texts, rows + [.init(name: name, code: next.code, result: $0)])
            }
        }
    }
}

import HashLists
import Model
import Support
import TestSupport
import Testing

/// What is planted in random text is found, once, whatever the encoding; nothing else is.
@Suite(.limited(.processor))
struct PlantedHashTests {
    // No digit, no letter from a to f in a row of 32, no line that begins with '#' or '{', no word that is a
    // label.
    private static let filler = Array("ghjkqvxzGHJKQVXZ ,;.:-_/()äöüßжя漢😀")

    @Test(arguments: TextEncoding.ofUnicode)
    func whatIsPlantedIsFoundOnce(encoding: TextEncoding) throws {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var planted: [String] = []
            var text = ""
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                text += Self.words(&generator)
                if Bool.random(using: &generator) {
                    let hash = Self.hash(&generator)
                    planted.append(hash)
                    text += " \(hash) " + Self.words(&generator)
                }
                text += ["\n", "\r\n", "\r"].randomElement(using: &generator)!
            }
            let items = try Sample.items(encoding.bytes(text), chunk: 1 << 20)
            let found = items.flatMap { $0.entry?.hashes.map(\.hexadecimal) ?? [] }
            let unusable = items.compactMap { $0.unusable.map { "\($0.text): \($0.reason)" } }
            #expect(found == planted, "seed \(seed): \(unusable)")
        }
    }

    private static func words(_ generator: inout SeededGenerator) -> String {
        // A word before it, so that no line begins like a comment or like JSON.
        "x"
            + String(
                (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                    filler.randomElement(using: &generator)!
                })
    }

    private static func hash(_ generator: inout SeededGenerator) -> String {
        let length = [32, 40, 64].randomElement(using: &generator)!
        return String((0..<length).map { _ in Array("0123456789abcdef").randomElement(using: &generator)! })
    }
}

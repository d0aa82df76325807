import HashLists
import Model
import Support
import Testing

/// Text that is full of hexadecimal digits: hashes are found, what only looks like one is not, whatever the
/// encoding, also of files that do not say theirs.
struct NearMissTests {
    enum Encoding: CaseIterable, Sendable {
        case utf8, utf16Little, utf16Big

        func bytes(_ text: String) -> [UInt8] {
            switch self {
            case .utf8: Array(text.utf8)
            case .utf16Little: text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            case .utf16Big: text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            }
        }
    }

    private static let digits = Array("0123456789abcdefABCDEF")

    @Test(arguments: Encoding.allCases)
    func onlyWholeHashesAreFound(encoding: Encoding) throws {
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var planted: [String] = []
            var text = ""
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                // A word before it, so that no line begins like a comment or like JSON.
                text += "seen"
                for _ in 0..<Int.random(in: 0...4, using: &generator) {
                    text += " " + Self.nearMiss(&generator)
                    if Bool.random(using: &generator) {
                        let hash = Self.run([32, 40, 64].randomElement(using: &generator)!, &generator)
                        planted.append(hash.lowercased())
                        text += " " + hash
                    }
                }
                text += ["\n", "\r\n"].randomElement(using: &generator)!
            }
            let found = try HashListParser.items(of: encoding.bytes(text)).flatMap { item in
                item.entry?.hashes.map(\.hexadecimal) ?? []
            }
            #expect(found == planted, "seed \(seed)")
        }
    }

    /// One digit too many or too few, a letter or an underscore beside it, one digit that is none, or a short
    /// word.
    private static func nearMiss(_ generator: inout SeededGenerator) -> String {
        let length = [32, 40, 64].randomElement(using: &generator)!
        let hash = run(length, &generator)
        switch Int.random(in: 0...6, using: &generator) {
        case 0: return run(length + 1, &generator)
        case 1: return run(length - 1, &generator)
        case 2: return hash + "z"
        case 3: return "_" + hash
        case 4: return hash.prefix(length / 2) + "g" + hash.suffix(length - length / 2 - 1)
        case 5: return run(128, &generator)
        default: return run(Int.random(in: 1...20, using: &generator), &generator)
        }
    }

    private static func run(_ length: Int, _ generator: inout SeededGenerator) -> String {
        String((0..<length).map { _ in digits.randomElement(using: &generator)! })
    }
}

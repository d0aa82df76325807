import Model
import Testing

/// How a shape's text becomes bytes.
enum ShapeEncoding: Sendable {
    case utf8
    case windows1252
    /// As PowerShell's `>` and the registry editor write: little-endian, with a byte order mark.
    case utf16LittleWithMark
}

/// A shape in which a public tool or report writes hashes, with all that it must yield.
struct PublicShape: Sendable, CustomTestStringConvertible {
    var name: String
    /// Where it was seen: a tool's documentation, or owner/repository#number.
    var source: String
    var text: String
    var encoding: ShapeEncoding = .utf8
    /// The hashes that are looked up, those of one file together; nothing else is looked up.
    var files: [[String]]
    /// Digests that are not, and why; in lower case. A number that a spreadsheet spoiled stands as it is
    /// written.
    var passedOver: [String: UnusableLine.Kind] = [:]
    /// A hash and what its comment must hold.
    var comments: [String: String] = [:]
    /// A reasonable analyst could see it two ways; the comment beside it says why.
    var isDebatable = false
    var testDescription: String { name }
}

/// Shapes of hash lists found in public bug reports and documentation. Each outcome was written down before
/// the parser had seen the shape.
enum PublicShapes {
    static let all: [PublicShape] = [
        edr, logs, feeds, packages, forensics, sheets, mails, secrets, configuration, systems,
    ].flatMap(\.self)

    static let one = Invented("one")
    static let two = Invented("two")
    static let three = Invented("three")

    static let imphash = Invented.md5("imphash")
    static let richHeader = Invented.md5("rich header")
    static let icon = Invented.md5("icon")
    static let ja3 = Invented.md5("ja3")
    static let ja3s = Invented.md5("ja3s")
    static let authentihash = Invented("authentihash")
    static let section = Invented("section")
    static let certificate = Invented("certificate")

    static let machine = Invented.md5("machine")
    static let device = Invented.sha1("device")
    static let commit = Invented.sha1("commit")

    static let key = Invented("key")
    static let password = Invented("password")
}

/// The digests of a file that does not exist: made of a word, the same in every run.
struct Invented: Sendable {
    let seed: String

    init(_ seed: String) {
        self.seed = seed
    }

    var md5: String { Self.digits(32, of: seed) }
    var sha1: String { Self.digits(40, of: seed) }
    var sha256: String { Self.digits(64, of: seed) }

    static func md5(_ seed: String) -> String { digits(32, of: seed) }
    static func sha1(_ seed: String) -> String { digits(40, of: seed) }
    static func sha256(_ seed: String) -> String { digits(64, of: seed) }

    /// Hexadecimal digits by SplitMix64, started with the FNV-1a hash of the seed and the count.
    private static func digits(_ count: Int, of seed: String) -> String {
        var state = "\(count) \(seed)".utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        var digits = ""
        while digits.count < count {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            word ^= word >> 31
            digits += String(word % 16, radix: 16)
        }
        return digits
    }
}

import HashLists
import Model
import Support
import TestSupport
import Testing

/// Labelled and unlabelled digests planted in each format and encoding: the files' are asked, the others are
/// listed as what their labels say, and no secret is shown.
@Suite(.limited(.processor))
struct LabelledDigestTests {
    /// What a planted digest is, and by which label.
    struct Planted {
        enum Nature: CaseIterable { case file, otherThing, otherAlgorithm, identifier, secret }

        var nature: Nature
        var label: String
        var digits: String
    }

    enum Format: String, CaseIterable, Sendable {
        case colonBlocks, equalsBlocks, labelAbove, json, jsonLines, yaml, xml, htmlTable, csv, semicolonCSV,
            tsv,
            markdownTable

        /// Records with the same labels, as text.
        func text(_ records: [[Planted]], newline: String) -> String {
            let labels = records[0].map(\.label)
            func table(_ separator: String, _ frame: String = "", _ rule: [String] = []) -> [String] {
                let rows =
                    [["Name"] + labels] + (rule.isEmpty ? [] : [rule])
                    + records.enumerated().map { ["größe \($0.offset).exe"] + $0.element.map(\.digits) }
                return rows.map { frame + $0.joined(separator: separator) + frame }
            }
            func blocks(_ line: (Planted) -> [String]) -> [String] {
                records.flatMap { ["Größe: 12"] + $0.flatMap(line) + [""] }
            }
            func object(_ record: [Planted]) -> String {
                "{\"name\": \"größe.exe\", "
                    + record.map { "\"\($0.label)\": \"\($0.digits)\"" }.joined(separator: ", ") + "}"
            }
            func element(_ planted: Planted) -> String {
                let name = planted.label.replacing(" ", with: "_")
                return "    <\(name)>\(planted.digits)</\(name)>"
            }
            let lines =
                switch self {
                case .colonBlocks: blocks { ["\($0.label): \($0.digits)"] }
                case .equalsBlocks: blocks { ["\($0.label) = \($0.digits)"] }
                case .labelAbove: blocks { ["\($0.label):", $0.digits, ""] }
                case .json: ["[" + records.map(object).joined(separator: ",\n ") + "]"]
                case .jsonLines: records.map(object)
                case .yaml:
                    ["samples:"]
                        + records.flatMap {
                            ["  - name: größe.exe"] + $0.map { "    \($0.label): \($0.digits)" }
                        }
                case .xml:
                    ["<?xml version=\"1.0\"?>", "<samples>"]
                        + records.flatMap { ["  <sample>"] + $0.map(element) + ["  </sample>"] } + [
                            "</samples>"
                        ]
                case .htmlTable:
                    ["<html><body><table>"]
                        + ["<tr>" + (["Größe"] + labels).map { "<th>\($0)</th>" }.joined() + "</tr>"]
                        + records.map { record in
                            "<tr>" + (["1"] + record.map(\.digits)).map { "<td>\($0)</td>" }.joined()
                                + "</tr>"
                        } + ["</table></body></html>"]
                case .csv: table(",")
                case .semicolonCSV: table(";")
                case .tsv: table("\t")
                case .markdownTable: table(" | ", "|", (["Name"] + labels).map { _ in "---" })
                }
            return lines.joined(separator: newline) + newline
        }
    }

    private static let labels: [(Planted.Nature, [(String, Int)])] = [
        (
            .file,
            [
                ("MD5", 32), ("md5sum", 32), ("SHA-1", 40), ("sha1", 40), ("SHA256", 64), ("file_sha256", 64),
                // These say nothing.
                ("entry", 64), ("column2", 40), ("bemerkung", 32),
            ]
        ),
        (
            .otherThing,
            [("imphash", 32), ("Authentihash", 64), ("ja3", 32), ("cert_sha1", 40), ("section_md5", 32)]
        ),
        (.otherAlgorithm, [("ripemd160", 40), ("MD4", 32), ("sha3_256", 64), ("blake2s", 64)]),
        (.identifier, [("agent_id", 32), ("commit", 40), ("DeviceId", 40), ("serial_number", 32)]),
        (
            .secret,
            [("api_key", 64), ("password", 32), ("NTLM", 32), ("access_token", 40), ("client_secret", 64)]
        ),
    ]

    @Test(arguments: Format.allCases, TextEncoding.allCases)
    func eachDigestIsWhatItsLabelSays(format: Format, encoding: TextEncoding) throws {
        for seed in 0..<60 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let records = Self.records(&generator)
            let newline = ["\n", "\r\n"].randomElement(using: &generator)!
            let text = format.text(records, newline: newline)
            let items = try Sample.items(encoding.bytes(text), chunk: 1 << 16)
            let about: Comment = "seed \(seed):\n\(text)\n\(items)"

            let planted = records.flatMap { $0 }
            let asked = Set(items.flatMap { $0.entry?.hashes.map(\.hexadecimal) ?? [] })
            #expect(asked == Set(planted.filter { $0.nature == .file }.map(\.digits)), about)
            for nature in Planted.Nature.allCases {
                guard let kind = Self.kind(nature) else { continue }
                let listed = items.reduce(0) { $0 + ($1.unusable?.kind == kind ? $1.unusable!.digests : 0) }
                #expect(listed == planted.count { $0.nature == nature }, "\(nature), \(about)")
            }
            let shown = items.map { item in
                [item.entry?.comment, item.unusable?.text, item.unusable?.reason].compactMap { $0 }.joined()
            }
            for secret in planted where secret.nature == .secret {
                #expect(!shown.contains { $0.lowercased().contains(secret.digits) }, about)
            }
        }
    }

    /// One to three records with the same two to five labels, at least one of a file.
    private static func records(_ generator: inout SeededGenerator) -> [[Planted]] {
        var kinds = [labels[0].1.randomElement(using: &generator)!].map { (Planted.Nature.file, $0.0, $0.1) }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let (nature, names) = labels.randomElement(using: &generator)!
            let (name, length) = names.randomElement(using: &generator)!
            // A second digest of the same algorithm would be another file's.
            guard
                !kinds.contains(where: { $0.1 == name || nature == .file && $0.0 == .file && $0.2 == length })
            else { continue }
            kinds.append((nature, name, length))
        }
        kinds.shuffle(using: &generator)
        return (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            kinds.map { nature, name, length in
                let digits = (0..<length).map { _ in "0123456789abcdef".randomElement(using: &generator)! }
                return Planted(nature: nature, label: name, digits: String(digits))
            }
        }
    }

    private static func kind(_ nature: Planted.Nature) -> UnusableLine.Kind? {
        switch nature {
        case .file: nil
        case .otherThing: .otherThing
        case .otherAlgorithm: .otherAlgorithm
        case .identifier: .identifier
        case .secret: .secret
        }
    }
}

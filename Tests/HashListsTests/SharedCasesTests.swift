import Foundation
import HashLists
import Model
import Testing

/// The lists of public bug reports with their right outcomes, `shared/inputs/cases` beside the repository;
/// where that is not, there is nothing to test.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: SharedCase.folder.path(percentEncoded: false))))
struct SharedCasesTests {
    @Test(arguments: SharedCase.all)
    func listIsReadRight(list: SharedCase) throws {
        let bytes = Array(try Data(contentsOf: SharedCase.folder.appending(path: try #require(list.file))))
        guard list.name != "opendocument-sheet" else {
            #expect(throws: HashListError.binary(.openDocumentSheet)) { try HashListParser.items(of: bytes) }
            return
        }
        let items = try Sample.items(bytes, chunk: 1 << 20)
        let entries = items.compactMap(\.entry)
        let asked = Set(entries.flatMap { $0.hashes.map(\.hexadecimal) })
        #expect(asked.subtracting(list.mayAlsoBeLookedUp ?? []) == Set(list.expectedHashes))
        #expect(asked.isDisjoint(with: list.expectedNotLookedUp))
        for file in list.expectedOneFile {
            let isOne = entries.contains { entry in
                entry.namesOneFile && Set(file).isSubset(of: entry.hashes.map(\.hexadecimal))
            }
            #expect(isOne, "\(file)")
        }
        for (hash, words) in list.expectedCommentContains ?? [:] {
            #expect(entries.contains { $0.comment?.contains(words) == true }, "\(hash)")
        }
        for text in list.expectedListedAsUnusable ?? [] {
            // Of a secret only the beginning is shown.
            let shown = text.hasPrefix("#") ? text : text.prefix(4) + "…"
            #expect(items.contains { $0.unusable?.text.contains(shown) == true }, "\(text)")
        }
        if let requests = list.requestsIfAllUnknown, list.mayAlsoBeLookedUp == nil {
            var summary = ListSummary()
            for item in items { summary.add(item) }
            #expect(summary.requestsMax == requests)
        }
    }
}

struct SharedCase: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    /// Nil for those about folders, which the spool's tests have.
    var file: String?
    var expectedHashes: [String]
    var expectedNotLookedUp: [String]
    var expectedOneFile: [[String]]
    var requestsIfAllUnknown: Int?
    var expectedListedAsUnusable: [String]?
    var mayAlsoBeLookedUp: [String]?
    var expectedCommentContains: [String: String]?
    var testDescription: String { name }

    private enum CodingKeys: String, CodingKey {
        case name, file
        case expectedHashes = "expected_hashes"
        case expectedNotLookedUp = "expected_not_looked_up"
        case expectedOneFile = "expected_one_file"
        case requestsIfAllUnknown = "requests_if_all_unknown"
        case expectedListedAsUnusable = "expected_listed_as_unusable"
        case mayAlsoBeLookedUp = "may_also_be_looked_up"
        case expectedCommentContains = "expected_comment_contains"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        file = try values.decodeIfPresent(String.self, forKey: .file)
        expectedHashes = try values.decode([String].self, forKey: .expectedHashes)
        expectedNotLookedUp = try values.decode([String].self, forKey: .expectedNotLookedUp)
        expectedOneFile = try values.decodeIfPresent([[String]].self, forKey: .expectedOneFile) ?? []
        requestsIfAllUnknown = try values.decodeIfPresent(Int.self, forKey: .requestsIfAllUnknown)
        expectedListedAsUnusable = try values.decodeIfPresent(
            [String].self, forKey: .expectedListedAsUnusable)
        mayAlsoBeLookedUp = try values.decodeIfPresent([String].self, forKey: .mayAlsoBeLookedUp)
        expectedCommentContains = try values.decodeIfPresent(
            [String: String].self, forKey: .expectedCommentContains)
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/inputs/cases").standardizedFileURL

    /// The cases about one list; those about folders and names are the spool's.
    static let all: [SharedCase] = {
        guard let json = try? Data(contentsOf: folder.appending(path: "cases.json")) else { return [] }
        return ((try? JSONDecoder().decode([SharedCase].self, from: json)) ?? []).filter { $0.file != nil }
    }()
}

package import Foundation
import Testing

/// A list, or a folder, of a public bug report with its right outcome: `shared/inputs/cases` beside the
/// repository; where that is not, there is nothing to test.
package struct SharedCase: Decodable, Sendable, CustomTestStringConvertible {
    /// A file of a case about folders and names.
    package struct DroppedFile: Decodable, Sendable {
        package var file: String
        /// Its path in the drop folder.
        package var dropAs: String

        private enum CodingKeys: String, CodingKey {
            case file
            case dropAs = "drop_as"
        }
    }

    package var name: String
    /// Nil for those about folders and names, which have `files`.
    package var file: String?
    package var files: [DroppedFile]
    /// For a list `done` or `refused`, else a sentence.
    package var expectedState: String
    package var expectedHashes: [String]
    package var expectedNotLookedUp: [String]
    package var expectedOneFile: [[String]]
    package var requestsIfAllUnknown: Int?
    package var expectedListedAsUnusable: [String]?
    package var mayAlsoBeLookedUp: [String]?
    package var expectedCommentContains: [String: String]?
    package var expectedReasonContains: [String]?
    package var testDescription: String { name }

    private enum CodingKeys: String, CodingKey {
        case name, file, files
        case expectedState = "expected_state"
        case expectedHashes = "expected_hashes"
        case expectedNotLookedUp = "expected_not_looked_up"
        case expectedOneFile = "expected_one_file"
        case requestsIfAllUnknown = "requests_if_all_unknown"
        case expectedListedAsUnusable = "expected_listed_as_unusable"
        case mayAlsoBeLookedUp = "may_also_be_looked_up"
        case expectedCommentContains = "expected_comment_contains"
        case expectedReasonContains = "expected_reason_contains"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try values.decodeIfPresent(Value.self, forKey: key)
        }
        name = try values.decode(String.self, forKey: .name)
        file = try value(.file)
        files = try value(.files) ?? []
        expectedState = try values.decode(String.self, forKey: .expectedState)
        expectedHashes = try values.decode([String].self, forKey: .expectedHashes)
        expectedNotLookedUp = try values.decode([String].self, forKey: .expectedNotLookedUp)
        expectedOneFile = try value(.expectedOneFile) ?? []
        requestsIfAllUnknown = try value(.requestsIfAllUnknown)
        expectedListedAsUnusable = try value(.expectedListedAsUnusable)
        mayAlsoBeLookedUp = try value(.mayAlsoBeLookedUp)
        expectedCommentContains = try value(.expectedCommentContains)
        expectedReasonContains = try value(.expectedReasonContains)
    }

    package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "../shared/inputs/cases")
        .standardizedFileURL

    package static var areThere: Bool {
        FileManager.default.fileExists(atPath: folder.path(percentEncoded: false))
    }

    /// All of them. A table that cannot be read is a fault of the test, and stops it.
    package static let all: [SharedCase] = {
        guard areThere else { return [] }
        do {
            let json = try Data(contentsOf: folder.appending(path: "cases.json"))
            return try JSONDecoder().decode([SharedCase].self, from: json)
        } catch {
            fatalError("cases.json: \(error)")
        }
    }()

    /// The bytes of one of its files.
    package static func bytes(of file: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: file))
    }
}

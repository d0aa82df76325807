import Foundation
import HashLists
import Model
import TestSupport
import Testing

/// What the parser makes of the shared cases; what the daemon makes of them, `SharedCasesDropTests` sees.
@Suite(.enabled(if: SharedCase.areThere))
struct SharedCasesTests {
    @Test(arguments: SharedCase.all.filter { $0.file != nil })
    func listIsReadRight(list: SharedCase) throws {
        let bytes = Array(try SharedCase.bytes(of: try #require(list.file)))
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

/// What is searched for in texts: words, each of which must occur. What stands between two double quotes is
/// one word; a quote that is not closed goes to the end.
///
/// The pages' scripts take a search for the same words (`wordsOf` in page.js).
package struct SearchWords: Hashable, Sendable {
    private let words: [String]

    package init(_ text: String) {
        // Every second part stands between quotes.
        let parts = text.lowercased().split(separator: "\"", omittingEmptySubsequences: false)
        words = parts.enumerated().flatMap { place, part -> [String] in
            let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
            return place.isMultiple(of: 2) ? words : [words.joined(separator: " ")]
        }.filter { !$0.isEmpty }
    }

    /// Whether each word is a part of one of the texts, in either case.
    package func occur(in texts: [String]) -> Bool {
        if words.isEmpty { return true }
        let texts = texts.map { $0.lowercased() }
        return words.allSatisfy { word in texts.contains { $0.contains(word) } }
    }
}

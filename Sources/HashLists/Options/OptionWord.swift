/// Word of a line of options: `key=value`, `key="a value with spaces"`, or neither.
struct OptionWord: Hashable {
    /// What stands before the first `=`; all of the word if there is none.
    var key = ""
    /// What stands behind it, without the quotation marks; nil if there is no `=`.
    var value: String?
    /// Whether a quotation mark is not closed.
    var isOpen = false
    /// Whether it has a quotation mark: an empty value is meant then.
    private var isQuoted = false

    /// Whether it has a key and sets it to something, be it nothing.
    var isAssignment: Bool { !key.isEmpty && value != nil }

    /// The words of a text, separated by spaces outside of quotation marks. Within them two stand for one.
    /// Spaces around an equals sign separate nothing: `key = value` is one word.
    static func words(of text: String) -> [OptionWord] {
        parts(of: text).reduce(into: []) { words, part in
            if words.last?.goesOn(with: part) == true {
                words[words.count - 1].append(part)
            } else {
                words.append(part)
            }
        }
    }

    /// Whether spaces beside an equals sign part the two. Before a word with an equals sign of its own a
    /// value is missing: `title= budget=5` sets two keys.
    private func goesOn(with next: OptionWord) -> Bool {
        guard let value else { return next.key.isEmpty && next.value != nil }
        return value.isEmpty && !isQuoted && next.value == nil
    }

    private mutating func append(_ next: OptionWord) {
        value = value == nil ? next.value : next.key
        isOpen = next.isOpen
        isQuoted = next.isQuoted
    }

    private static func parts(of text: String) -> [OptionWord] {
        var words: [OptionWord] = []
        var word: OptionWord?
        var isQuoted = false
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                scalars.removeFirst()
                word?.append(scalar, isQuoted: true)
            case "\"":
                isQuoted.toggle()
                word = word ?? OptionWord()
                word?.isQuoted = true
            case _ where !isQuoted && scalar.properties.isWhitespace:
                if let ended = word { words.append(ended) }
                word = nil
            default:
                var next = word ?? OptionWord()
                next.append(scalar, isQuoted: isQuoted)
                word = next
            }
        }
        word?.isOpen = isQuoted
        if let word { words.append(word) }
        return words
    }

    private mutating func append(_ scalar: Unicode.Scalar, isQuoted: Bool) {
        if value != nil {
            value?.unicodeScalars.append(scalar)
        } else if scalar == "=", !isQuoted {
            value = ""
        } else {
            key.unicodeScalars.append(scalar)
        }
    }
}

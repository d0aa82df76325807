/// Word of a line of options: `key=value`, `key="a value with spaces"`, or neither.
struct OptionWord: Hashable {
    /// What stands before the first `=`; all of the word if there is none.
    var key = ""
    /// What stands behind it, without the quotation marks; nil if there is no `=`.
    var value: String?
    /// Whether a quotation mark is not closed.
    var isOpen = false

    /// The words of a text, separated by spaces outside of quotation marks. Within them two stand for one.
    static func words(of text: String) -> [OptionWord] {
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

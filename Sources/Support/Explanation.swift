/// What is wrong and what to do about it, apart: a message shows both in one line, `hashdrop doctor` each in
/// a line of its own.
package struct Explanation: Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, without a full stop at its end.
    package let reason: String
    /// What to do, the same; nil where the reason says all that is known.
    package let advice: String?

    package init(_ reason: String, advice: String? = nil) {
        self.reason = reason
        self.advice = advice
    }

    /// A message that is all of one piece.
    package init(sentence: String) {
        self.init(sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence)
    }

    /// Both in one line, without a full stop at its end. Advice that begins with a capital letter is a
    /// sentence of its own.
    package var text: String {
        guard let advice else { return reason }
        return reason + (advice.first?.isUppercase == true ? ". " : "; ") + advice
    }

    package var description: String { "\(text)." }
}

/// Error that tells what is wrong and what to do about it apart.
package protocol ExplainedError: Error {
    var explanation: Explanation { get }
}

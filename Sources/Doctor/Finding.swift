/// One line of the doctor's report: what was looked at, how it is, and what to do about it.
package struct Finding: Hashable, Sendable {
    package enum State: String, Hashable, Sendable, CaseIterable {
        case ok
        /// hashdrop works, but slower, less safely or not for long; or it cannot be told from here.
        case warning
        /// Something does not work.
        case failed
    }

    package let check: Check
    /// What was looked at: a folder, a file, a host.
    package let subject: String
    package let state: State
    /// How it is, without a full stop.
    package let message: String
    /// What to do; nil only where nothing is to be done.
    package let advice: String?

    static func ok(_ check: Check, _ subject: String, _ message: String) -> Finding {
        Finding(check: check, subject: subject, state: .ok, message: message, advice: nil)
    }

    static func warning(_ check: Check, _ subject: String, _ message: String, advice: String) -> Finding {
        Finding(check: check, subject: subject, state: .warning, message: message, advice: advice)
    }

    static func failed(_ check: Check, _ subject: String, _ message: String, advice: String) -> Finding {
        Finding(check: check, subject: subject, state: .failed, message: message, advice: advice)
    }

    /// A finding by an error's sentences, of which the first says what is wrong and the others what to do.
    static func byError(
        _ check: Check, _ subject: String, _ state: State, _ sentences: String, advice other: String
    ) -> Finding {
        guard let end = sentences.firstRange(of: ". ") else {
            return Finding(
                check: check, subject: subject, state: state, message: sentences.withoutFullStop,
                advice: other)
        }
        return Finding(
            check: check, subject: subject, state: state, message: String(sentences[..<end.lowerBound]),
            advice: String(sentences[end.upperBound...]).withoutFullStop)
    }
}

extension String {
    /// The text without the full stop at its end.
    var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

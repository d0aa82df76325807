import Support

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

    /// What cannot be told because of what another finding says: one cause fails once.
    ///
    /// - Parameter other: the check whose finding says what to do.
    static func notTried(_ check: Check, _ subject: String, _ cause: String, see other: Check) -> Finding {
        .warning(check, subject, "not tried: \(cause)", advice: "See \(other.rawValue)")
    }

    /// A finding by an error's explanation.
    ///
    /// - Parameter other: what to do where the explanation does not say it.
    static func explained(
        _ check: Check, _ subject: String, _ state: State, _ explanation: Explanation, advice other: String
    ) -> Finding {
        let advice: String? = explanation.advice.map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return Finding(
            check: check, subject: subject, state: state, message: explanation.reason,
            advice: advice ?? other)
    }
}

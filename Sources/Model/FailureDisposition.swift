/// What is to be done about a request that brought no answer.
package enum FailureDisposition: Hashable, Sendable {
    /// The key was refused: no request can succeed until it is another one, or its account is well again.
    case stopAsking
    /// This request is not allowed to the key. If others are, its hash is to blame.
    case forbidden
    /// The quota is used up, too many requests came at once, or the service asks for rest: send nothing for
    /// so long. Nil means that
    /// VirusTotal did not say how long.
    case pause(Duration?)
    /// VirusTotal cannot be reached; neither this request nor its hash is to blame.
    case unreachable
    /// This answer was bad; the next one may be good.
    case retryLater
    /// Asking again would bring the same.
    case giveUp

    /// Whether it is the key that was refused, or may have been.
    package var isRefusal: Bool { self == .stopAsking || self == .forbidden }
}

/// What is to be done about a request that brought no answer.
package enum FailureDisposition: Hashable, Sendable {
    /// The key is wrong or not allowed: no request can succeed until it is another one.
    case stopAsking
    /// The quota is used up, or too many requests came at once: send nothing for so long. Nil means that
    /// VirusTotal did not say how long.
    case pause(Duration?)
    /// VirusTotal cannot be reached; neither this request nor its hash is to blame.
    case unreachable
    /// This answer was bad; the next one may be good.
    case retryLater
    /// Asking again would bring the same.
    case giveUp
}

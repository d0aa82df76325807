package import Model

/// Where answers come from: VirusTotal, or a test's script.
package struct LookupSource: Sendable {
    /// One request, one answer or failure; returns within the request's time limit.
    package var ask: @Sendable (FileHash) async -> Result<LookupAnswer.Answer, LookupFailure>
    /// Changes when the key does; not the key and nothing that it could be found from.
    package var keyGeneration: @Sendable () -> Int
    /// What to do about a key that is refused, in a sentence; nil if that is not known.
    package var keyAdvice: String?
    /// What VirusTotal says of the key's quota; nil where it is not to be asked.
    package var quotas: (@Sendable () async -> Result<ReportedQuotas, LookupFailure>)?

    package init(
        ask: @escaping @Sendable (FileHash) async -> Result<LookupAnswer.Answer, LookupFailure>,
        keyGeneration: @escaping @Sendable () -> Int = { 0 }, keyAdvice: String? = nil,
        quotas: (@Sendable () async -> Result<ReportedQuotas, LookupFailure>)? = nil
    ) {
        self.ask = ask
        self.keyGeneration = keyGeneration
        self.keyAdvice = keyAdvice
        self.quotas = quotas
    }
}

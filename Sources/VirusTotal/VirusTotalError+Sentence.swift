import Curl
import Model
package import Support

extension VirusTotalError: CustomStringConvertible {
    package var description: String { sentence }

    /// What happened, why, and what to do about it, for the operator. When it is asked again the lookups say.
    package var sentence: String { explanation.description }
}

extension VirusTotalError: ExplainedError {
    package var explanation: Explanation {
        switch self {
        case .quotaExceeded:
            Explanation(
                "VirusTotal's quota for this key is used up (minute, day or month)\(waitText)",
                advice: "Asking goes on by itself; if that is before your own limits, lower them")
        case .tooManyRequests:
            Explanation(
                "VirusTotal wants fewer requests\(waitText)", advice: "Asking goes on by itself")
        case .edgeBlocked:
            Explanation(
                "The network in front of VirusTotal blocks this address (429 without its message)\(waitText)",
                advice: "Asking goes on by itself; look whether other programs ask from the same address")
        case .authenticationRequired:
            Explanation(
                "VirusTotal got no API key",
                advice: "Set one, and check that no proxy removes the header x-apikey")
        case .userNotActive:
            Explanation(
                "The account of the API key is not active",
                advice: "Activate it by VirusTotal's mail or use another key")
        case .wrongCredentials:
            Explanation(
                "VirusTotal refuses the API key",
                advice: "Compare it with https://www.virustotal.com/gui/my-apikey")
        case .forbidden(let message):
            Explanation(
                "VirusTotal forbids this to the account of the key (\(message))",
                advice: "Look whether it is suspended")
        case .badRequest(let code, let message):
            Explanation(
                "VirusTotal refuses the request as wrong (\(code): \(message))",
                advice: "It is not asked again")
        case .invalidArgument(let message):
            Explanation(
                "The request has an unusable argument (\(message))", advice: "It is not asked again")
        case .noSuchResource(let message):
            Explanation(
                "VirusTotal has nothing at this address (\(message))",
                advice: "Check the endpoint in the settings")
        case .fileWithdrawn(let message):
            Explanation(
                "VirusTotal no longer shows this file (\(message))", advice: "It is not asked again")
        case .notAvailableYet: Explanation("VirusTotal has no result yet and promises one")
        case .transient: Explanation("VirusTotal has a passing fault\(waitText)")
        case .deadlineExceeded: Explanation("VirusTotal took too long")
        case .failedDependency: Explanation("Something that VirusTotal depends on failed")
        case .serverError(let status): Explanation("VirusTotal's server failed (HTTP \(status))")
        case .unreadableAnswer(let status, let why):
            Explanation(
                "The answer (HTTP \(status)) is not one of VirusTotal: \(why)",
                advice: "If this stays, look for a proxy or portal in between")
        case .wrongIdentity(let asked, let got):
            Explanation(
                "The answer for \(asked) is about \(got) and was thrown away",
                advice: "If this stays, look for a cache in between")
        case .transport(let error):
            Explanation(
                "No answer from VirusTotal: \(error)",
                advice: error.isRetryable ? "If this stays, check the network" : "Not retried")
        }
    }

    private var waitText: String {
        retryAfter.map { "; it asks for \($0.components.seconds) s of rest" } ?? ""
    }
}

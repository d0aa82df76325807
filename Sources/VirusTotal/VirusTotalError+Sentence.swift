import Curl
import Model

extension VirusTotalError: CustomStringConvertible {
    package var description: String { sentence }

    /// What happened, why, and what to do about it, for the operator. When it is asked again the lookups say.
    package var sentence: String {
        switch self {
        case .quotaExceeded:
            "VirusTotal's quota for this key is used up (minute, day or month)\(waitText). "
                + "Asking goes on by itself; if that is before your own limits, lower them."
        case .tooManyRequests:
            "VirusTotal wants fewer requests\(waitText). Asking goes on by itself."
        case .edgeBlocked:
            "The network in front of VirusTotal blocks this address (429 without its message)\(waitText). "
                + "Asking goes on by itself; look whether other programs ask from the same address."
        case .authenticationRequired:
            "VirusTotal got no API key. Set one, and check that no proxy removes the header x-apikey."
        case .userNotActive:
            "The account of the API key is not active. Activate it by VirusTotal's mail or use another key."
        case .wrongCredentials:
            "VirusTotal refuses the API key. Compare it with https://www.virustotal.com/gui/my-apikey."
        case .forbidden(let message):
            "VirusTotal forbids this to the account of the key (\(message)). Look whether it is suspended."
        case .badRequest(let code, let message):
            "VirusTotal refuses the request as wrong (\(code): \(message)). It is not asked again."
        case .invalidArgument(let message):
            "The request has an unusable argument (\(message)). It is not asked again."
        case .noSuchResource(let message):
            "VirusTotal has nothing at this address (\(message)). Check the endpoint in the settings."
        case .fileWithdrawn(let message):
            "VirusTotal no longer shows this file (\(message)). It is not asked again."
        case .notAvailableYet: "VirusTotal has no result yet and promises one."
        case .transient: "VirusTotal has a passing fault\(waitText)."
        case .deadlineExceeded: "VirusTotal took too long."
        case .failedDependency: "Something that VirusTotal depends on failed."
        case .serverError(let status): "VirusTotal's server failed (HTTP \(status))."
        case .unreadableAnswer(let status, let why):
            "The answer (HTTP \(status)) is not one of VirusTotal: \(why). "
                + "If this stays, look for a proxy or portal in between."
        case .wrongIdentity(let asked, let got):
            "The answer for \(asked) is about \(got) and was thrown away. "
                + "If this stays, look for a cache in between."
        case .transport(let error):
            "No answer from VirusTotal: \(error). "
                + (error.isRetryable
                    ? "If this stays, check the network." : "Not retried.")
        }
    }

    private var waitText: String {
        retryAfter.map { "; it asks for \($0.components.seconds) s of rest" } ?? ""
    }
}

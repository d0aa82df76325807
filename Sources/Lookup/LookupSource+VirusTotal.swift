package import VirusTotal

extension LookupFailure {
    /// What the queue has to do about an error of VirusTotal's.
    package init(_ error: VirusTotalError) {
        self.init(
            disposition: error.disposition, reason: error.sentence, outcome: Self.word(for: error),
            wasSent: !error.isBeforeSending)
    }

    private static func word(for error: VirusTotalError) -> String {
        switch error {
        case .quotaExceeded, .tooManyRequests, .edgeBlocked: "429"
        case .badRequest, .invalidArgument, .notAvailableYet: "400"
        case .authenticationRequired, .userNotActive, .wrongCredentials: "401"
        case .forbidden: "403"
        case .noSuchResource: "404"
        case .failedDependency: "424"
        case .transient: "503"
        case .deadlineExceeded: "504"
        case .serverError(let status): "\(status)"
        case .unreadableAnswer(let status, _): "unreadable \(status)"
        case .wrongIdentity: "wrong identity"
        case .fileWithdrawn: "withdrawn"
        case .transport: "no answer"
        }
    }
}

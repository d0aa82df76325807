import Model
package import VirusTotal

extension LookupFailure {
    /// What the queue has to do about an error of VirusTotal's.
    package init(_ error: VirusTotalError) {
        self.init(
            effect: Self.effect(of: error), reason: error.sentence, outcome: Self.word(for: error),
            wasSent: !error.isBeforeSending)
    }

    private static func effect(of error: VirusTotalError) -> Effect {
        if error.isUnreachable { return .unreachable }
        switch error.disposition {
        case .stopAsking: return .stopAsking
        case .pause(let wait): return .pause(wait)
        case .retryLater: return .retryLater
        case .giveUp: return .giveUp
        }
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

extension ReportedQuotas {
    /// The day's and the month's figures; the hour's says nothing about the minute.
    package init(_ usage: QuotaUsage) {
        self.init(
            day: usage.daily.map { (Int($0.used), Int($0.allowed)) },
            month: usage.monthly.map { (Int($0.used), Int($0.allowed)) })
    }
}

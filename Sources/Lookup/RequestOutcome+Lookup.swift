import MetricNames
import Model

// How a request that has ended is counted: `Metric.requests`.
extension RequestOutcome {
    init(_ result: Result<LookupAnswer.Answer, LookupFailure>) {
        switch result {
        case .success(.known): self = .known
        case .success(.unknown): self = .unknown
        case .failure(let failure) where !failure.wasSent: self = .notSent
        case .failure(let failure):
            switch failure.disposition {
            case .stopAsking: self = .keyRefused
            case .forbidden: self = .forbidden
            case .pause: self = .throttled
            case .unreachable: self = .noAnswer
            case .retryLater: self = .badAnswer
            case .giveUp: self = .rejected
            }
        }
    }
}

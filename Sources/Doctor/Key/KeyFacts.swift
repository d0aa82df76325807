import Foundation
import Store
package import Support
package import VirusTotal

/// Where the API key was found, and what is to be said of the place.
package struct KeyFacts: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// In no place.
        case none
        /// In a variable of the environment.
        case variable(String)
        /// In the file that `virustotal.apiKeyFile` names.
        case file(String)
        /// In a systemd credential, by its path.
        case credential(String)
    }

    package var place: Place
    /// Nil if it cannot be read, or is none.
    package var key: APIKey?
    /// Why there is none.
    package var problem: Explanation?
    /// What is unwise about it.
    package var concerns: [Explanation]
    /// Nil if it is in none.
    var file: SecretFileFacts?

    package init(
        place: Place, key: APIKey?, problem: Explanation? = nil, concerns: [Explanation] = []
    ) {
        self.place = place
        self.key = key
        self.problem = problem
        self.concerns = concerns
        file = path.map(SecretFileFacts.init(path:))
    }

    var path: String? {
        switch place {
        case .none, .variable: nil
        case .file(let path), .credential(let path): path
        }
    }

    private var subject: String {
        switch place {
        case .none: "virustotal.apiKeyFile"
        case .variable(let name): name
        case .file(let path), .credential(let path): path
        }
    }

    private var whereabouts: String {
        switch place {
        case .none: "nowhere"
        case .variable: "in the environment"
        case .file: "in its file"
        case .credential: "in systemd's credential"
        }
    }
}

/// What the place of the key means. Pure.
extension KeyFacts {
    /// - Parameter isServed: whether a daemon runs, which has a key then.
    func findings(isServed: Bool) -> [Finding] {
        [presence(isServed), fileFinding].compactMap(\.self)
    }

    private func presence(_ isServed: Bool) -> Finding {
        guard let key else { return absence(isServed) }
        guard key.hasUsualForm else {
            return .warning(
                .key, subject,
                "found \(whereabouts), but it does not have the usual form of 64 hexadecimal digits",
                advice: "Compare it with https://www.virustotal.com/gui/my-apikey")
        }
        if let concern = concerns.first(where: { _ in path == nil }) {
            return .explained(
                .key, subject, .warning, concern,
                advice: "Leave the key in one place and take it from the other")
        }
        return .ok(.key, subject, "found \(whereabouts), in the usual form")
    }

    private func absence(_ isServed: Bool) -> Finding {
        let advice =
            "Put it into a file that only hashdrop can read, and name that in virustotal.apiKeyFile"
        let problem = place == .none ? nil : problem
        guard isServed else {
            return .explained(
                .key, subject, .failed, problem ?? Explanation("there is no VirusTotal API key"),
                advice: advice)
        }
        return .warning(
            .key, subject,
            "no key is found from here, but the daemon that runs has one, perhaps by systemd"
                + (problem.map { " (\($0.reason))" } ?? ""),
            advice: "To try it, ask with the daemon's configuration and as its account")
    }

    private var fileFinding: Finding? { file?.finding(.keyFile) }

    /// That VirusTotal refuses the key, as the ledger has it, to whomever asked with it.
    func refusalFinding(_ refusal: KeyRefusal, _ endpoint: String, _ command: HashdropCall) -> Finding {
        let last = "\(UTCTime(refusal.last).minuteText) UTC"
        let trial = "'\(command("doctor --ask"))' tries it with one request"
        if let path, let changedAt = file?.changedAt, changedAt > refusal.last.timeIntervalSince1970 {
            return .warning(
                .keyAccepted, endpoint,
                "VirusTotal refused the key that stood in '\(path)' until \(last); the file has changed "
                    + "since, and nothing was asked with it yet",
                advice: "Nothing, if it is the right one: \(trial)")
        }
        let place =
            path.map { "put the right one into '\($0)'" } ?? "set the right one and start the daemon again"
        return .failed(
            .keyAccepted, endpoint,
            "VirusTotal has refused the key since \(UTCTime(refusal.first).minuteText) UTC, last at \(last), "
                + "so nothing is looked up",
            advice: "Compare it with https://www.virustotal.com/gui/my-apikey and \(place); \(trial)")
    }
}

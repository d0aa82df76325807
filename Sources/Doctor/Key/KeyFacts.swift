import Glibc
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
    /// The mode of its file; nil if there is none or it cannot be looked at.
    var fileMode: UInt32?

    package init(
        place: Place, key: APIKey?, problem: Explanation? = nil, concerns: [Explanation] = []
    ) {
        self.place = place
        self.key = key
        self.problem = problem
        self.concerns = concerns
        guard let path else { return }
        var status = stat()
        if stat(path, &status) == 0 { fileMode = status.st_mode & 0o7777 }
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

    private var fileFinding: Finding? {
        guard let path, let fileMode else { return nil }
        let mode = "mode " + String(fileMode, radix: 8)
        if fileMode & 0o007 != 0 {
            return .warning(
                .keyFile, path, "\(mode): every account of this machine may read or change it",
                advice: "sudo chmod o= \(ShellWord.quoted(path))")
        }
        if fileMode & 0o020 != 0 {
            return .warning(
                .keyFile, path, "\(mode): its group may put another key in its place",
                advice: "sudo chmod g-w \(ShellWord.quoted(path))")
        }
        return .ok(.keyFile, path, mode)
    }
}

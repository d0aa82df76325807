import Foundation

// The settings of the verdicts' policy.
extension SettingsLoader {
    func verdict() throws -> HashdropSettings.Verdict {
        .init(
            trustedVendors: list("verdict.trustedVendors"), trustedFrom: try integer("verdict.trustedFrom"),
            ignoredEngines: list("verdict.ignoredEngines"),
            engineWords: try list("verdict.engineWords").map(engineWord))
    }

    /// `Jiangmin=suspicious`; an engine's name may hold an equals sign itself.
    private func engineWord(_ text: String) throws -> HashdropSettings.Verdict.EngineWord {
        let words = ["malicious", "suspicious", "clean"]
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        let engine = parts.dropLast().joined(separator: "=")
        guard let word = parts.last, words.contains(word), !engine.isEmpty else {
            throw bad(
                "verdict.engineWords", text,
                "an engine and a word of its own, such as Jiangmin=suspicious: "
                    + "\(words.joined(separator: ", "))")
        }
        return .init(engine: engine, word: word)
    }

    func checkVerdict(_ settings: HashdropSettings.Verdict) throws {
        let names = settings.trustedVendors + settings.ignoredEngines + settings.engineWords.map(\.engine)
        var seen: Set<String> = []
        if let twice = names.first(where: { !seen.insert($0.lowercased()).inserted }) {
            throw SettingsError(
                "The engine '\(twice)' stands twice in verdict.trustedVendors, verdict.ignoredEngines and "
                    + "verdict.engineWords; each engine can be one of them.")
        }
        let vendors = settings.trustedVendors.count
        if vendors > 0, settings.trustedFrom > vendors {
            throw SettingsError(
                "verdict.trustedFrom (\(settings.trustedFrom)) must not be above the number of "
                    + "verdict.trustedVendors (\(vendors)).")
        }
    }
}

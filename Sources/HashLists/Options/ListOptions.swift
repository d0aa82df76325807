package import Model
import Support

/// Reads the options of a list from its lines that set them.
///
/// What cannot be taken is named in the options' warnings and never a reason to refuse the list: an unknown
/// key, a value that is none, a key that is not allowed, a word that is no `key=value`, a line that stands
/// too low. Of a key that is set more than once the last value counts.
package struct ListOptions {
    private let allowed: Set<JobOptions.Key>
    private var options = JobOptions()
    private var seen: Set<JobOptions.Key> = []
    private var warningsLeftOut = 0

    /// Further warnings of one list are only counted.
    private static let warningsMax = 20
    /// Of what the list says, in a warning.
    private static let excerptMax = 40
    private static let titleMax = 120
    private static let compareMax = 255
    private static let vendorMax = 64
    private static let vendorsMax = 4
    private static let budgetMax = 1_000_000_000
    private static let freshSecondsMax = 31_536_000

    /// The options that these lines set, as far as the keys are allowed.
    package static func options(
        in lines: [ListOptionLine], allowing allowed: Set<JobOptions.Key>
    ) -> JobOptions {
        var reader = ListOptions(allowed: allowed)
        for line in lines {
            guard line.counts else {
                reader.warn(
                    line,
                    "options count in a list's first \(ListOptionLine.linesMax) lines only; move this line "
                        + "up, and any further one")
                continue
            }
            let words = OptionWord.words(of: line.text)
            if words.isEmpty { reader.warn(line, "sets no option; write key=value behind the colon") }
            for word in words { reader.read(word, line) }
        }
        return reader.finished
    }

    private init(allowed: Set<JobOptions.Key>) { self.allowed = allowed }

    private var finished: JobOptions {
        var options = options
        if warningsLeftOut > 0 {
            options.warnings.append("… and \(warningsLeftOut) more of the list's options were not taken.")
        }
        return options
    }

    private mutating func read(_ word: OptionWord, _ line: ListOptionLine) {
        guard let value = word.value else {
            return warn(
                line,
                "'\(Self.excerpt(word.key))' is no key=value; a value with spaces stands in quotation marks")
        }
        guard let key = JobOptions.Key(rawValue: word.key.lowercased()) else {
            let keys = JobOptions.Key.allCases.map(\.rawValue).joined(separator: ", ")
            return warn(line, "there is no option '\(Self.excerpt(word.key))'; there are \(keys)")
        }
        guard allowed.contains(key) else {
            return warn(line, "'\(key.rawValue)' may not be set by lists here (list.options)")
        }
        guard !word.isOpen else {
            return warn(line, "the quotation mark of '\(key.rawValue)' is not closed")
        }
        if let right = take(value, for: key) {
            return warn(line, "'\(key.rawValue)' is '\(Self.excerpt(value))'; it must be \(right)")
        }
        if !seen.insert(key).inserted {
            warn(line, "'\(key.rawValue)' is set once more; this value counts")
        }
    }

    /// Takes a value, or says what it must be.
    private mutating func take(_ value: String, for key: JobOptions.Key) -> String? {
        switch key {
        case .vendors:
            guard let vendors = Self.vendors(value) else {
                return "1 to \(Self.vendorsMax) different engines' names, separated by commas or semicolons"
            }
            options.vendors = vendors
        case .fresh:
            guard let seconds = Self.freshSeconds(value) else { return "an age such as 0s, 12h or 7d" }
            options.freshSeconds = seconds
        case .priority:
            guard let priority = JobOptions.Priority(rawValue: value.lowercased()) else {
                return "low, normal or urgent"
            }
            options.priority = priority
        case .budget:
            guard let budget = Int(value), (0...Self.budgetMax).contains(budget) else {
                return "a number of requests"
            }
            options.budget = budget
        case .by:
            guard let time = OptionTime.date(value) else {
                return "a time such as 2026-12-01T08:00Z, or a day"
            }
            options.by = time
        case .compare:
            guard let name = Self.text(value, max: Self.compareMax) else { return "a job or a list's name" }
            options.compare = name
        case .outputs:
            guard let outputs = Self.outputs(value) else { return "some of csv, json, stix, lists" }
            options.outputs = outputs
        case .title:
            guard let title = Self.text(value, max: Self.titleMax) else { return "a text" }
            options.title = title
        }
        return nil
    }

    private mutating func warn(_ line: ListOptionLine, _ problem: String) {
        guard options.warnings.count < Self.warningsMax else {
            warningsLeftOut += 1
            return
        }
        options.warnings.append("Line \(line.number): \(problem).")
    }

    // MARK: Values

    /// The text as one visible line; nil if nothing is left.
    private static func text(_ value: String, max: Int) -> String? {
        VisibleText.string(value.utf8, charactersMax: max)
    }

    private static func excerpt(_ value: String) -> String { text(value, max: excerptMax) ?? "" }

    /// The parts of a value between commas or semicolons.
    private static func list(_ value: String) -> [String] {
        value.split(omittingEmptySubsequences: false) { $0 == "," || $0 == ";" }
            .map { text(String($0), max: 256) ?? "" }
    }

    private static func vendors(_ value: String) -> [String]? {
        let vendors = list(value)
        guard (1...vendorsMax).contains(vendors.count), Set(vendors).count == vendors.count,
            vendors.allSatisfy({ (1...vendorMax).contains($0.unicodeScalars.count) })
        else { return nil }
        return vendors
    }

    private static func outputs(_ value: String) -> [JobOptions.Output]? {
        let outputs = list(value).map { JobOptions.Output(rawValue: $0.lowercased()) }
        let known = Set(outputs.compactMap(\.self))
        return outputs.contains(nil) ? nil : JobOptions.Output.allCases.filter(known.contains)
    }

    private static func freshSeconds(_ value: String) -> Int? {
        guard let age = DurationText.duration(value.lowercased()) else { return nil }
        let seconds = Int(age.components.seconds)
        return seconds <= freshSecondsMax ? seconds : nil
    }
}

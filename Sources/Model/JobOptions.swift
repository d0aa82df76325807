package import Foundation

/// Options of a list, as its first lines set them (`# hashdrop: key=value`); nil where the list says nothing.
package struct JobOptions: Codable, Hashable, Sendable {
    /// The options' names, as lists write them and `list.options` allows them.
    package enum Key: String, Hashable, Sendable, CaseIterable {
        case vendors, fresh, priority, budget, by, compare, outputs, title

        /// Those that lists may set by default: all but `fresh`, which costs requests of a day that all users
        /// share. Urgent is a list among its own user's lists only.
        package static let allowedByDefault = Set(allCases).subtracting([.fresh])
    }

    /// Place of a list among the other lists of its user.
    package enum Priority: String, Codable, Hashable, Sendable, CaseIterable {
        case low, normal, urgent
    }

    /// A table of a report, for programs, or the lists of its hashes by verdict.
    package enum Output: String, Codable, Hashable, Sendable, CaseIterable {
        case csv, json, stix, lists
    }

    /// The engines that have a column of their own, by VirusTotal's names for them: 1 to 4.
    package var vendors: [String]?
    /// Up to which age an answer of the cache is taken, in seconds.
    package var freshSeconds: Int?
    package var priority: Priority?
    /// How many requests may be sent for the list.
    package var budget: Int?
    /// When the list should be done.
    package var by: Date?
    /// What the list is compared with: a job's id, the name of another list, or `compareNone`; by default the
    /// list of the same name before.
    package var compare: String?
    /// Compares the list with nothing.
    package static let compareNone = "none"
    /// The tables and lists that are written; the CSV always is.
    package var outputs: [Output]?
    /// What the report is called instead of by the list's name.
    package var title: String?
    /// What of it was not taken, or has no effect, and why, a sentence each for the list's author.
    package var warnings: [String] = []

    package init() {}

    package var fresh: Duration? { freshSeconds.map { .seconds($0) } }

    /// Whether the list's report has an output; `setting` counts where the list names none.
    package func has(_ output: Output, bySetting setting: Bool) -> Bool {
        output == .csv || outputs?.contains(output) ?? setting
    }
}

/// Whether a list is done by the time that it sets.
package enum Deadline: String, Hashable, Sendable {
    /// The time has not come, and the list is not done.
    case open
    /// The list was done by then.
    case met
    /// The list was not done by then.
    case missed
    /// The list was cancelled before the time came.
    case cancelled
}

extension Job {
    /// What the report is called.
    package var title: String { options.title ?? droppedName.display }

    /// What it is found by: the list's name, and its title if it has one.
    package var names: [String] { [droppedName.display] + [options.title].compactMap(\.self) }

    /// How the list stands to its deadline `now`; nil if it has none.
    package func deadline(at now: Date) -> Deadline? {
        guard let by = options.by else { return nil }
        switch state {
        case .running: return now <= by ? .open : .missed
        case .done: return (finishedAt ?? now) <= by ? .met : .missed
        case .refused, .cancelled: return (finishedAt ?? now) <= by ? .cancelled : .missed
        }
    }
}

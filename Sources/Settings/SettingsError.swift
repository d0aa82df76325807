/// Error of a setting: which, where it came from, why it cannot be used, and what would be right.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

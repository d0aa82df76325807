/// A setting that cannot be used: which, where it came from, why, and what would be right.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

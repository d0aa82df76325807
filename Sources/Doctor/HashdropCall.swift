/// A call of hashdrop as a shell takes it, with the configuration file that the doctor was given: without it
/// the command would work with other settings than those that were looked at.
package struct HashdropCall: Hashable, Sendable {
    /// Nil if none was named.
    package var configuration: String?

    package init(configuration: String? = nil) { self.configuration = configuration }

    /// For example `hashdrop user add alice --config /srv/hashdrop.yaml`.
    func callAsFunction(_ words: String) -> String {
        "hashdrop \(words)" + (configuration.map { " --config \(ShellWord.quoted($0))" } ?? "")
    }
}

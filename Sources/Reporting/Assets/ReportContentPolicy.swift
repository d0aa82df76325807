/// What a report runs and is styled by, for whoever serves it with a policy of its own: the digests as a content
/// security policy names them (`'sha256-…'`).
package struct ReportContentPolicy: Hashable, Sendable {
    package var styles: [String]
    package var scripts: [String]

    package init(styles: [String] = [], scripts: [String] = []) {
        self.styles = styles
        self.scripts = scripts
    }

    /// Those of the reports that this hashdrop writes.
    package static let current = ReportContentPolicy(
        styles: [ReportAssets.base, ReportAssets.cards, ReportAssets.table, ReportAssets.paper].map(\.policySource),
        scripts: [ReportAssets.script.policySource])
}

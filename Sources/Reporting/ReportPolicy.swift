/// What a report runs and is styled by, for whoever serves it with a policy of its own: the digests as a content
/// security policy names them (`'sha256-…'`).
package struct ReportPolicy: Hashable, Sendable {
    package var styles: [String]
    package var scripts: [String]

    package init(styles: [String] = [], scripts: [String] = []) {
        self.styles = styles
        self.scripts = scripts
    }

    /// Those of the reports that are written with `options`.
    package init(_ options: ReportOptions) {
        self.init(
            styles: [PageAsset(ReportStyle.sheet(vendors: options.vendors)).policySource],
            scripts: [PageAsset(ReportScript.source).policySource])
    }
}

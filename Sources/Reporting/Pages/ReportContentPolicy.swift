/// Content security policy of the reports: which style sheets and scripts may be applied and run, by their
/// digests (`'sha256-…'`), and nothing else.
///
/// Markup that a hostile file name might still smuggle into a page is not among them and does not run. A
/// report says so itself, for readers of the file; the web page says it once more in a header.
package struct ReportContentPolicy: Hashable, Sendable {
    package var styles: [String]
    package var scripts: [String]

    package init(styles: [String] = [], scripts: [String] = []) {
        self.styles = styles
        self.scripts = scripts
    }

    /// That of the reports that this hashdrop writes.
    package static let current = allowing(ReportAssets.script)

    /// That of a file which has the reports' style sheets and this script.
    static func allowing(_ script: PageAsset) -> ReportContentPolicy {
        ReportContentPolicy(
            styles: ReportAssets.styles.map(\.policySource), scripts: [script.policySource])
    }

    /// The policy as a page or a header states it.
    package var directives: String {
        "default-src 'none'; style-src \(Self.sources(styles)); script-src \(Self.sources(scripts)); "
            + "img-src data:; form-action 'none'; base-uri 'none'"
    }

    private static func sources(_ digests: [String]) -> String {
        digests.isEmpty ? "'none'" : digests.joined(separator: " ")
    }
}

/// What a report may load and run: its own style sheets and script, by their digests, and nothing else.
///
/// Whatever a hostile file name might still smuggle into a page is not in these lists and does not run. The page
/// says so itself, for readers of the file; the web page says it once more in a header (`ReportContentPolicy`).
enum ReportAssets {
    static let base = PageAsset(ReportStyle.base)
    static let cards = PageAsset(ReportStyle.cards)
    static let table = PageAsset(ReportStyle.table)
    static let paper = PageAsset(ReportStyle.paper)
    static let script = PageAsset(ReportScript.source)

    /// The policy that stands in a page.
    static let meta =
        "default-src 'none'; style-src \(ReportContentPolicy.current.styles.joined(separator: " ")); "
        + "script-src \(ReportContentPolicy.current.scripts.joined(separator: " ")); img-src data:; base-uri 'none'; "
        + "form-action 'none'"
}

import Foundation

/// Frame of a report or index: `PageFrame` with the policy, style sheets and script inside the file.
struct ReportFrame: Sendable {
    let options: ReportOptions
    private let frame: PageFrame
    private let script: PageAsset

    init(options: ReportOptions, script: PageAsset = ReportAssets.script) {
        self.options = options
        self.script = script
        frame = PageFrame(version: options.version, isSimulated: options.isSimulated)
    }

    /// Appends everything before `<body>`'s content. A page with `refreshSeconds` loads itself again.
    func open(_ page: inout HTMLBuilder, title: String, refreshSeconds: Int?) {
        frame.open(&page, title: title, refresh: refreshSeconds.map { .init(seconds: $0) }) { page in
            page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n")
            page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"")
            page.text(ReportContentPolicy.allowing(script).directives)
            page.raw("\">\n")
            appendStyles(to: &page)
        }
    }

    /// Appends the end of the page.
    func close(_ page: inout HTMLBuilder, now: Date, refreshSeconds: Int?) {
        frame.close(&page, now: now, refresh: refreshSeconds.map { .init(seconds: $0) }) { page in
            page.raw("<script>")
            page.asset(script)
            page.raw("</script>\n")
        }
    }

    // From which width on rows are a table depends on the number of columns. It stands outside of the style
    // sheets, because their digests are in the page's policy.
    private func appendStyles(to page: inout HTMLBuilder) {
        let tableWidth = 77 + 8 * max(0, options.vendors.count - 1)
        page.raw("<style>")
        page.asset(ReportAssets.base)
        page.raw("</style>\n<style media=\"screen and (max-width:")
        page.digits(tableWidth - 1)
        page.raw(".99rem)\">")
        page.asset(ReportAssets.cards)
        page.raw("</style>\n<style media=\"print,(min-width:")
        page.digits(tableWidth)
        page.raw("rem)\">")
        page.asset(ReportAssets.table)
        page.raw("</style>\n<style media=\"print\">")
        page.asset(ReportAssets.print)
        page.raw("</style>\n")
    }
}

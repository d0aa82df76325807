package import Foundation

/// Frame of every page, the reports' and the web page's: head, banner of simulated answers, foot.
package struct PageFrame: Sendable {
    /// How a page that is not final loads itself again.
    package struct Refresh: Hashable, Sendable {
        package var seconds: Int
        /// By which address; nil for the page's own.
        package var address: String?

        package init(seconds: Int, address: String? = nil) {
            self.seconds = seconds
            self.address = address
        }
    }

    /// hashdrop's own version, shown in the foot.
    let version: String
    /// Whether the answers come from the simulator; every page then says so.
    let isSimulated: Bool

    package init(version: String, isSimulated: Bool) {
        self.version = version
        self.isSimulated = isSimulated
    }

    /// Appends the head and the banner. `assets` appends what the page is styled by and, if it is in the
    /// head, what it runs.
    package func open(
        _ page: inout HTMLBuilder, title: String, refresh: Refresh?, assets: (inout HTMLBuilder) -> Void
    ) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\"")
        if let refresh { append(refresh, to: &page) }
        page.raw(">\n<head>\n<meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.raw("<meta name=\"robots\" content=\"noindex\">\n")
        if let refresh { appendFallback(refresh, to: &page) }
        page.raw("<title>")
        if isSimulated { page.raw("[simulated] ") }
        page.text(title)
        page.raw("</title>\n")
        page.raw(Self.icon)
        assets(&page)
        page.raw("</head>\n<body>\n")
        if isSimulated {
            page.raw("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.raw("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    /// Appends the end of the page. `assets` appends what it runs, if that is not in the head.
    package func close(
        _ page: inout HTMLBuilder, now: Date, refresh: Refresh?,
        assets: (inout HTMLBuilder) -> Void = { _ in }
    ) {
        page.raw("</main>\n<footer><p>hashdrop ")
        page.text(version)
        page.raw(" · written ")
        page.time(now)
        page.raw(" (<span class=\"zone\">UTC</span>)")
        page.raw(isSimulated ? " · simulated answers" : " · answers by VirusTotal")
        if let refresh {
            page.raw(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(refresh.seconds, "second", "seconds"))
            page.raw(".</span>")
        }
        page.raw("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n")
        assets(&page)
        page.raw("</body>\n</html>\n")
    }

    // For the page's script, which does not load again while the reader is in the middle of something.
    private func append(_ refresh: Refresh, to page: inout HTMLBuilder) {
        page.raw(" data-refresh=\"")
        page.digits(refresh.seconds)
        page.raw("\"")
        guard let address = refresh.address else { return }
        page.raw(" data-live=\"")
        page.text(address)
        page.raw("\"")
    }

    private func appendFallback(_ refresh: Refresh, to page: inout HTMLBuilder) {
        page.raw("<noscript><meta http-equiv=\"refresh\" content=\"")
        page.digits(refresh.seconds)
        if let address = refresh.address {
            page.raw("; url=")
            page.text(address)
        }
        page.raw("\"></noscript>\n")
    }

    // The pages' sign in a browser's tab.
    private static let icon: StaticString = """
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
        viewBox='0 0 16 16'%3E%3Cpath \
        d='M8 1c3 4 5 6.5 5 9a5 5 0 0 1-10 0c0-2.5 2-5 5-9z' fill='%230b57a4'/%3E%3C/svg%3E">

        """
}

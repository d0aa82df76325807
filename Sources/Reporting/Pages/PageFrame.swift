import Foundation
import Model

/// What all pages share: the head with its policy, the banner of simulated answers, the foot.
package struct PageFrame: Sendable {
    let options: ReportOptions

    /// Appends everything up to `<main>`'s content. A page with `refreshSeconds` loads itself again.
    func open(_ page: inout HTMLBuilder, title: String, refreshSeconds: Int?) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\"")
        if let refreshSeconds {
            page.raw(" data-refresh=\"")
            page.digits(refreshSeconds)
            page.raw("\"")
        }
        page.raw(
            ">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"")
        page.text(ReportAssets.meta)
        page.raw("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n")
        page.raw("<meta name=\"robots\" content=\"noindex\">\n")
        if let refreshSeconds {
            page.raw("<noscript><meta http-equiv=\"refresh\" content=\"")
            page.digits(refreshSeconds)
            page.raw("\"></noscript>\n")
        }
        page.raw("<title>")
        if options.isSimulated { page.raw("[simulated] ") }
        page.text(title)
        page.raw("</title>\n")
        page.raw(Self.icon)
        appendStyles(to: &page)
        page.raw("</head>\n<body>\n")
        if options.isSimulated {
            page.raw("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.raw("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    // The sheets are the same in every report; from which width on rows are a table depends on its columns, and
    // stands outside of them, because their digests are in the page's policy.
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
        page.asset(ReportAssets.paper)
        page.raw("</style>\n")
    }

    /// Appends the end of the page.
    func close(_ page: inout HTMLBuilder, now: Date, refreshSeconds: Int?) {
        page.raw("</main>\n<footer><p>hashdrop ")
        page.text(options.version)
        page.raw(" · written ")
        page.time(now)
        page.raw(" (<span class=\"zone\">UTC</span>)")
        if options.isSimulated {
            page.raw(" · simulated answers")
        } else {
            page.raw(" · answers by VirusTotal")
        }
        if let refreshSeconds {
            page.raw(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(refreshSeconds, "second", "seconds"))
            page.raw(".</span>")
        }
        page.raw("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n<script>")
        page.asset(ReportAssets.script)
        page.raw("</script>\n</body>\n</html>\n")
    }

    /// The pages' sign in a browser's tab, as a link of the head.
    package static let icon: StaticString = """
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
        viewBox='0 0 16 16'%3E%3Cpath \
        d='M8 1c3 4 5 6.5 5 9a5 5 0 0 1-10 0c0-2.5 2-5 5-9z' fill='%230b57a4'/%3E%3C/svg%3E">

        """
}

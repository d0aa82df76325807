import Foundation
import Model

/// What all pages share: the head with its policy, the banner of simulated answers, the foot.
package struct PageFrame: Sendable {
    let options: ReportOptions

    /// Appends everything up to `<main>`'s content. A page with `refreshSeconds` loads itself again.
    func open(_ page: inout HTMLText, title: String, refreshSeconds: Int?) {
        page.markup("<!DOCTYPE html>\n<html lang=\"en\"")
        if let refreshSeconds {
            page.markup(" data-refresh=\"")
            page.digits(refreshSeconds)
            page.markup("\"")
        }
        page.markup(
            ">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"")
        page.text(PagePolicy.meta)
        page.markup("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.markup("<meta name=\"referrer\" content=\"no-referrer\">\n")
        page.markup("<meta name=\"robots\" content=\"noindex\">\n")
        if let refreshSeconds {
            page.markup("<noscript><meta http-equiv=\"refresh\" content=\"")
            page.digits(refreshSeconds)
            page.markup("\"></noscript>\n")
        }
        page.markup("<title>")
        if options.isSimulated { page.markup("[simulated] ") }
        page.text(title)
        page.markup("</title>\n")
        page.markup(Self.icon)
        appendStyles(to: &page)
        page.markup("</head>\n<body>\n")
        if options.isSimulated {
            page.markup("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.markup("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    // The sheets are the same in every report; from which width on rows are a table depends on its columns, and
    // stands outside of them, because their digests are in the page's policy.
    private func appendStyles(to page: inout HTMLText) {
        let tableWidth = 77 + 8 * max(0, options.vendors.count - 1)
        page.markup("<style>")
        page.asset(PagePolicy.base)
        page.markup("</style>\n<style media=\"screen and (max-width:")
        page.digits(tableWidth - 1)
        page.markup(".99rem)\">")
        page.asset(PagePolicy.cards)
        page.markup("</style>\n<style media=\"print,(min-width:")
        page.digits(tableWidth)
        page.markup("rem)\">")
        page.asset(PagePolicy.table)
        page.markup("</style>\n<style media=\"print\">")
        page.asset(PagePolicy.paper)
        page.markup("</style>\n")
    }

    /// Appends the end of the page.
    func close(_ page: inout HTMLText, now: Date, refreshSeconds: Int?) {
        page.markup("</main>\n<footer><p>hashdrop ")
        page.text(options.version)
        page.markup(" · written ")
        page.time(now)
        page.markup(" (<span class=\"zone\">UTC</span>)")
        if options.isSimulated {
            page.markup(" · simulated answers")
        } else {
            page.markup(" · answers by VirusTotal")
        }
        if let refreshSeconds {
            page.markup(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(refreshSeconds, "second", "seconds"))
            page.markup(".</span>")
        }
        page.markup("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n<script>")
        page.asset(PagePolicy.script)
        page.markup("</script>\n</body>\n</html>\n")
    }

    /// The pages' sign in a browser's tab, as a link of the head.
    package static let icon: StaticString = """
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
        viewBox='0 0 16 16'%3E%3Cpath \
        d='M8 1c3 4 5 6.5 5 9a5 5 0 0 1-10 0c0-2.5 2-5 5-9z' fill='%230b57a4'/%3E%3C/svg%3E">

        """
}

import Foundation
import Model

/// What all pages share: the head with its policy, the banner of simulated answers, the foot.
package struct PageFrame: Sendable {
    let options: ReportOptions
    private let style: PageAsset
    private let script = PageAsset(ReportScript.source)

    init(options: ReportOptions) {
        self.options = options
        style = PageAsset(ReportStyle.sheet(vendors: options.vendors))
    }

    /// What the page may load and run: its own style sheet and script, by their digests, and nothing else.
    ///
    /// Whatever a hostile file name might still smuggle in is not in this list and does not run.
    var policy: String {
        "default-src 'none'; style-src \(style.policySource); script-src \(script.policySource); "
            + "img-src data:; base-uri 'none'; form-action 'none'"
    }

    /// Appends everything up to `<main>`'s content. A page that is not final loads itself again.
    func open(_ page: inout HTMLText, title: String, isFinal: Bool) {
        page.markup("<!DOCTYPE html>\n<html lang=\"en\"")
        if !isFinal {
            page.markup(" data-refresh=\"")
            page.digits(options.refreshSeconds)
            page.markup("\"")
        }
        page.markup(
            ">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"")
        page.text(policy)
        page.markup("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.markup("<meta name=\"referrer\" content=\"no-referrer\">\n")
        page.markup("<meta name=\"robots\" content=\"noindex\">\n")
        if !isFinal {
            page.markup("<noscript><meta http-equiv=\"refresh\" content=\"")
            page.digits(options.refreshSeconds)
            page.markup("\"></noscript>\n")
        }
        page.markup("<title>")
        if options.isSimulated { page.markup("[simulated] ") }
        page.text(title)
        page.markup("</title>\n")
        page.markup(Self.icon)
        page.markup("<style>")
        page.asset(style)
        page.markup("</style>\n</head>\n<body>\n")
        if options.isSimulated {
            page.markup("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.markup("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    /// Appends the end of the page.
    func close(_ page: inout HTMLText, now: Date, isFinal: Bool) {
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
        if !isFinal {
            page.markup(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(options.refreshSeconds, "second", "seconds"))
            page.markup(".</span>")
        }
        page.markup("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n<script>")
        page.asset(script)
        page.markup("</script>\n</body>\n</html>\n")
    }

    /// The pages' sign in a browser's tab, as a link of the head.
    package static let icon: StaticString = """
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
        viewBox='0 0 16 16'%3E%3Cpath \
        d='M8 1c3 4 5 6.5 5 9a5 5 0 0 1-10 0c0-2.5 2-5 5-9z' fill='%230b57a4'/%3E%3C/svg%3E">

        """
}

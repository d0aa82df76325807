import Crypto
import Foundation
import Model
import Reporting
import Store

/// Who looks at a page, and what the forms on it must carry.
struct Visitor: Sendable {
    var user: User
    /// The session's, for the log-out form.
    var formToken: String
}

/// What the pages share: the head, the way around, the foot. The look is the reports'.
struct WebFrame: Sendable {
    /// A place in the navigation.
    enum Place: CaseIterable {
        case jobs
        case everybody
        case operations

        var path: StaticString {
            switch self {
            case .jobs: "/jobs"
            case .everybody: "/everybody"
            case .operations: "/operations"
            }
        }

        var label: StaticString {
            switch self {
            case .jobs: "My jobs"
            case .everybody: "Everybody’s jobs"
            case .operations: "Operations"
            }
        }
    }

    let version: String
    let isSimulated: Bool
    let refreshSeconds: Int

    init(_ options: WebOptions) {
        version = options.version
        isSimulated = options.isSimulated
        refreshSeconds = options.refreshSeconds
    }

    /// The style sheet and the script, with addresses that change when they do.
    static let style = ReportStyle.sheet(vendors: []) + WebStyle.sheet
    static let script = ReportScript.source + WebScript.source
    private static let stylePath = "/style.css?" + digest(style)
    private static let scriptPath = "/page.js?" + digest(script)

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).prefix(8).map { String(Int($0) + 256, radix: 16).suffix(2) }
            .joined()
    }

    /// A whole page around `content`.
    ///
    /// - Parameter live: what it loads itself again by; nil if it need not.
    func page(
        title: String, visitor: Visitor? = nil, place: Place? = nil, live: String? = nil, now: Date,
        content: (inout HTMLText) -> Void
    ) -> [UInt8] {
        var page = HTMLText()
        appendHead(title, live, to: &page)
        page.markup("<header class=top><a class=home href=\"/\"><b>hashdrop</b></a>")
        if let visitor { appendNavigation(visitor, place, to: &page) }
        page.markup("</header>\n<main>\n")
        content(&page)
        appendFoot(isLive: live != nil, now, to: &page)
        return page.bytes
    }

    private func appendHead(_ title: String, _ live: String?, to page: inout HTMLText) {
        page.markup("<!DOCTYPE html>\n<html lang=\"en\"")
        if let live {
            page.markup(" data-live=\"")
            page.text(live)
            page.markup("\" data-every=\"")
            page.digits(refreshSeconds)
            page.markup("\"")
        }
        page.markup(">\n<head>\n<meta charset=\"utf-8\">\n")
        page.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.markup("<meta name=\"robots\" content=\"noindex\">\n")
        if let live {
            page.markup("<noscript><meta http-equiv=\"refresh\" content=\"")
            page.digits(refreshSeconds)
            page.markup("; url=")
            page.text(live)
            page.markup("\"></noscript>\n")
        }
        page.markup("<title>")
        if isSimulated { page.markup("[simulated] ") }
        page.text(title)
        page.markup(" · hashdrop</title>\n")
        page.markup(PageFrame.icon)
        page.markup("<link rel=\"stylesheet\" href=\"")
        page.text(Self.stylePath)
        page.markup("\">\n<script src=\"")
        page.text(Self.scriptPath)
        page.markup("\" defer></script>\n</head>\n<body>\n")
        if isSimulated {
            page.markup("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.markup("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    private func appendNavigation(_ visitor: Visitor, _ current: Place?, to page: inout HTMLText) {
        page.markup("<nav aria-label=\"Pages\"><ul>")
        for place in Place.allCases where visitor.user.isAdministrator || place == .jobs {
            page.markup("<li><a href=\"")
            page.markup(place.path)
            page.markup(place == current ? "\" aria-current=page>" : "\">")
            page.markup(place.label)
            page.markup("</a>")
        }
        page.markup("</ul></nav><form method=post action=\"/logout\"><span class=muted>")
        page.text(visitor.user.name.description)
        page.markup("</span><input type=hidden name=token value=\"")
        page.text(visitor.formToken)
        page.markup("\"><button>Log out</button></form>")
    }

    private func appendFoot(isLive: Bool, _ now: Date, to page: inout HTMLText) {
        page.markup("</main>\n<footer><p>hashdrop ")
        page.text(version)
        page.markup(" · ")
        page.time(now)
        page.markup(" (<span class=\"zone\">UTC</span>)")
        if isLive {
            page.markup(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(refreshSeconds, "second", "seconds"))
            page.markup(".</span>")
        }
        page.markup("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n</body>\n</html>\n")
    }
}

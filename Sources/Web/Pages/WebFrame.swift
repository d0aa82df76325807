import Cryptography
import Foundation
import Model
import Reporting
import Support
import Store

/// Who looks at a page, and what the forms on it must carry.
struct AuthenticatedUser: Sendable {
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
    static let style = ReportStyle.base + WebStyle.sheet
    static let script = ReportScript.source + WebScript.source
    private static let stylePath = "/style.css?" + digest(style)
    private static let scriptPath = "/page.js?" + digest(script)

    private static func digest(_ text: String) -> String {
        Hex.string(MessageDigest.of(text.utf8).prefix(8))
    }

    /// A whole page around `content`.
    ///
    /// - Parameter live: what it loads itself again by; nil if it need not.
    func page(
        title: String, visitor: AuthenticatedUser? = nil, place: Place? = nil, live: String? = nil, now: Date,
        content: (inout HTMLBuilder) -> Void
    ) -> [UInt8] {
        var page = HTMLBuilder()
        appendHead(title, live, to: &page)
        page.raw("<header class=top><a class=home href=\"/\"><b>hashdrop</b></a>")
        if let visitor { appendNavigation(visitor, place, to: &page) }
        page.raw("</header>\n<main>\n")
        content(&page)
        appendFoot(isLive: live != nil, now, to: &page)
        return page.bytes
    }

    private func appendHead(_ title: String, _ live: String?, to page: inout HTMLBuilder) {
        page.raw("<!DOCTYPE html>\n<html lang=\"en\"")
        if let live {
            page.raw(" data-live=\"")
            page.text(live)
            page.raw("\" data-every=\"")
            page.digits(refreshSeconds)
            page.raw("\"")
        }
        page.raw(">\n<head>\n<meta charset=\"utf-8\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.raw("<meta name=\"robots\" content=\"noindex\">\n")
        if let live {
            page.raw("<noscript><meta http-equiv=\"refresh\" content=\"")
            page.digits(refreshSeconds)
            page.raw("; url=")
            page.text(live)
            page.raw("\"></noscript>\n")
        }
        page.raw("<title>")
        if isSimulated { page.raw("[simulated] ") }
        page.text(title)
        page.raw(" · hashdrop</title>\n")
        page.raw(PageFrame.icon)
        page.raw("<link rel=\"stylesheet\" href=\"")
        page.text(Self.stylePath)
        page.raw("\">\n<script src=\"")
        page.text(Self.scriptPath)
        page.raw("\" defer></script>\n</head>\n<body>\n")
        if isSimulated {
            page.raw("<div class=\"simulated\" role=\"note\">Simulated: these answers were made up by ")
            page.raw("hashdrop&#39;s simulator. They say nothing about real files.</div>\n")
        }
    }

    private func appendNavigation(_ visitor: AuthenticatedUser, _ current: Place?, to page: inout HTMLBuilder) {
        page.raw("<nav aria-label=\"Pages\"><ul>")
        for place in Place.allCases where visitor.user.isAdministrator || place == .jobs {
            page.raw("<li><a href=\"")
            page.raw(place.path)
            page.raw(place == current ? "\" aria-current=page>" : "\">")
            page.raw(place.label)
            page.raw("</a>")
        }
        page.raw("</ul></nav><form method=post action=\"/logout\"><span class=muted>")
        page.text(visitor.user.name.description)
        page.raw("</span><input type=hidden name=token value=\"")
        page.text(visitor.formToken)
        page.raw("\"><button>Log out</button></form>")
    }

    private func appendFoot(isLive: Bool, _ now: Date, to page: inout HTMLBuilder) {
        page.raw("</main>\n<footer><p>hashdrop ")
        page.text(version)
        page.raw(" · ")
        page.time(now)
        page.raw(" (<span class=\"zone\">UTC</span>)")
        if isLive {
            page.raw(" · <span class=\"live\">Refreshes every ")
            page.text(Wording.count(refreshSeconds, "second", "seconds"))
            page.raw(".</span>")
        }
        page.raw("</p></footer>\n<div class=\"said\" role=\"status\"></div>\n</body>\n</html>\n")
    }
}

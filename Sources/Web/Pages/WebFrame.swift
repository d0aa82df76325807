import Cryptography
import Foundation
import Model
import Reporting
import Support

/// Frame of the pages: the head, the navigation and the foot. The look is the reports'.
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

    private let frame: PageFrame
    private let refreshSeconds: Int

    init(_ options: WebOptions) {
        frame = PageFrame(version: options.version, isSimulated: options.isSimulated)
        refreshSeconds = options.refreshSeconds
    }

    /// The style sheet and the script, with addresses that change when they do.
    static let style = PageAsset(styles: ReportAssets.pageStyle, PackageResources.web_css)
    static let script = PageAsset(scripts: ReportAssets.pageScript)
    private static let stylePath = "/style.css?" + digest(style)
    private static let scriptPath = "/page.js?" + digest(script)

    private static func digest(_ asset: PageAsset) -> String {
        Hex.string(MessageDigest.of(asset.bytes).prefix(8))
    }

    /// A whole page around `content`.
    ///
    /// - Parameter live: what it loads itself again by; nil if it need not.
    func page(
        title: String, user: AuthenticatedUser? = nil, place: Place? = nil, live: String? = nil, now: Date,
        content: (inout HTMLBuilder) -> Void
    ) -> [UInt8] {
        var page = HTMLBuilder()
        let refresh = live.map { PageFrame.Refresh(seconds: refreshSeconds, address: $0) }
        frame.open(&page, title: "\(title) · hashdrop", refresh: refresh, assets: appendLinks)
        page.raw("<header class=top><a class=home href=\"/\"><b>hashdrop</b></a>")
        if let user { appendNavigation(user, place, to: &page) }
        page.raw("</header>\n<main>\n")
        content(&page)
        frame.close(&page, now: now, refresh: refresh)
        return page.bytes
    }

    private func appendLinks(to page: inout HTMLBuilder) {
        page.raw("<link rel=\"stylesheet\" href=\"")
        page.text(Self.stylePath)
        page.raw("\">\n<script src=\"")
        page.text(Self.scriptPath)
        page.raw("\" defer></script>\n")
    }

    private func appendNavigation(_ user: AuthenticatedUser, _ current: Place?, to page: inout HTMLBuilder) {
        page.raw("<nav aria-label=\"Pages\"><ul>")
        for place in Place.allCases where user.isAdministrator || place == .jobs {
            page.raw("<li><a href=\"")
            page.raw(place.path)
            page.raw(place == current ? "\" aria-current=page>" : "\">")
            page.raw(place.label)
            page.raw("</a>")
        }
        page.raw("</ul></nav><form method=post action=\"/logout\"><span class=muted>")
        page.text(user.name.description)
        page.raw("</span><input type=hidden name=token value=\"")
        page.text(user.formToken)
        page.raw("\"><button>Log out</button></form>")
    }
}

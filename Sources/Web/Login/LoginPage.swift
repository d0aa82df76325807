import Foundation
import Reporting

/// Login form.
struct LoginPage {
    /// Notice above the form.
    enum Notice {
        case wrong
        case wait(Duration)
        case busy
        /// The form was too old, or its cookie did not come back.
        case tryAgain
    }

    let notice: Notice?
    let formToken: String

    func append(to page: inout HTMLBuilder) {
        page.raw("<form class=login method=post action=\"/login\"><h1>Log in</h1>")
        if let notice { append(notice, to: &page) }
        page.raw("<input type=hidden name=token value=\"")
        page.text(formToken)
        page.raw("\"><label>User<input name=user required autocomplete=username autocapitalize=none ")
        page.raw("spellcheck=false maxlength=32></label>")
        page.raw("<label>Password<input name=password type=password required ")
        page.raw("autocomplete=current-password maxlength=1024></label>")
        page.raw(
            "<button>Log in</button><p class=muted>A forgotten or missing password is set by the ")
        page.raw("operator of this hashdrop: <code>hashdrop user passwd</code>.</p></form>\n")
    }

    private func append(_ notice: Notice, to page: inout HTMLBuilder) {
        page.raw("<div class=\"notice refusal\" role=alert><p>")
        switch notice {
        case .wrong: page.raw("The user name or the password is wrong.")
        case .wait(let wait):
            page.raw("There were too many wrong tries. Try again in ")
            page.text(Wording.duration(max(1, (wait / .seconds(1)).rounded(.up))))
            page.raw(".")
        case .busy: page.raw("Too many passwords are being checked. Try again in a few seconds.")
        case .tryAgain:
            page.raw("Please try once more. If this comes again, allow this page its cookies.")
        }
        page.raw("</p></div>")
    }
}

import Foundation
import Reporting

/// The form that lets people in.
struct LoginPage {
    /// What is said above the form.
    enum Notice {
        case wrong
        case wait(Duration)
        case busy
        /// The form was too old, or its cookie did not come back.
        case tryAgain
    }

    let notice: Notice?
    let formToken: String

    func append(to page: inout HTMLText) {
        page.markup("<form class=login method=post action=\"/login\"><h1>Log in</h1>")
        if let notice { append(notice, to: &page) }
        page.markup("<input type=hidden name=token value=\"")
        page.text(formToken)
        page.markup("\"><label>User<input name=user required autocomplete=username autocapitalize=none ")
        page.markup("spellcheck=false maxlength=32></label>")
        page.markup("<label>Password<input name=password type=password required ")
        page.markup("autocomplete=current-password maxlength=1024></label>")
        page.markup(
            "<button>Log in</button><p class=muted>A forgotten or missing password is set by whoever ")
        page.markup("runs this hashdrop: <code>hashdrop user passwd</code>.</p></form>\n")
    }

    private func append(_ notice: Notice, to page: inout HTMLText) {
        page.markup("<div class=\"notice refusal\" role=alert><p>")
        switch notice {
        case .wrong: page.markup("The user name or the password is wrong.")
        case .wait(let wait):
            page.markup("There were too many wrong tries. Try again in ")
            page.text(Wording.duration(max(1, (wait / .seconds(1)).rounded(.up))))
            page.markup(".")
        case .busy: page.markup("Too many people are logging in. Try again in a few seconds.")
        case .tryAgain:
            page.markup("Please try once more. If this comes again, allow this page its cookies.")
        }
        page.markup("</p></div>")
    }
}

import Foundation
import Hummingbird
import HummingbirdCore
import Model
import Reporting
import Support

/// Form by which a list of jobs is searched, with what was typed into it: it stands in the page's address.
struct JobSearchForm: Hashable, Sendable {
    /// What is searched for, or why that cannot be told.
    enum Meaning: Sendable {
        case filter(JobFilter)
        case complaint(StaticString)
    }

    private let name: String
    private let state: String
    private let verdict: String
    private let month: String
    private let hash: String
    /// The job that the results before these ended with.
    let before: JobID?

    /// The most of a name, in code points. So the address is below the limit of its length, however
    /// it is encoded.
    private static let nameMax = 100

    /// Those that an address does not have are nil.
    private struct Fields: Decodable {
        var name: String?
        var state: String?
        var verdict: String?
        var month: String?
        var hash: String?
        var before: String?
    }

    /// What an address has beside the form's fields is ignored, and so is all of one that cannot be read.
    init(_ uri: URI) {
        let fields =
            (try? URLEncodedFormDecoder().decode(Fields.self, from: uri.query ?? "")) ?? Fields()
        func typed(_ text: String?) -> String { (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines) }
        name = typed(fields.name)
        state = typed(fields.state)
        verdict = typed(fields.verdict)
        month = typed(fields.month)
        hash = typed(fields.hash)
        before = fields.before.flatMap { JobID($0) }
    }

    /// The fields in which something was typed, as the address has them.
    private var typed: [(field: String, text: String)] {
        let all: [(field: String, text: String)] = [
            ("name", name), ("state", state), ("verdict", verdict), ("month", month), ("hash", hash),
        ]
        return all.filter { !$0.text.isEmpty }
    }

    /// Whether nothing is searched for.
    var isEmpty: Bool { typed.isEmpty }

    var meaning: Meaning {
        var filter = JobFilter(name: name)
        guard name.unicodeScalars.count <= Self.nameMax else {
            return .complaint("The words of a name have at most 100 characters.")
        }
        filter.state = JobState(rawValue: state)
        guard filter.state != nil || state.isEmpty else {
            return .complaint("There is no such state of a list; choose one of the form’s.")
        }
        filter.verdict = Verdict(rawValue: verdict)
        guard filter.verdict != nil || verdict.isEmpty else {
            return .complaint("There is no such verdict; choose one of the form’s.")
        }
        filter.month = CalendarMonth(month)
        guard filter.month != nil || month.isEmpty else {
            return .complaint("A month has the form YYYY-MM, for example 2026-11.")
        }
        filter.hash = FileHash(hash)
        guard filter.hash != nil || hash.isEmpty else {
            return .complaint(
                "This is no MD5, SHA-1 or SHA-256: 32, 40 or 64 hexadecimal digits and nothing else.")
        }
        return .filter(filter)
    }

    /// The address of what this searches for, in older jobs than this one; nil for the newest.
    func path(_ place: WebFrame.Place, before: JobID?) -> String {
        var pairs = typed.map { "\($0.field)=\(Self.encoded($0.text))" }
        if let before { pairs.append("before=\(before)") }
        return "\(place.path)?\(pairs.joined(separator: "&"))"
    }

    private static func encoded(_ text: String) -> String {
        // Source: RFC 3986, 2.3, "unreserved".
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// Appends the form, opened if something was typed into it.
    func append(to page: inout HTMLBuilder, at place: WebFrame.Place) {
        page.raw(isEmpty ? "<details class=search>" : "<details class=search open>")
        page.raw("<summary>Search by name or title, state, verdict, month or hash</summary>")
        page.raw("<form method=get role=search aria-label=\"Search the lists\" action=\"")
        page.raw(place.path)
        page.raw("\"><label>Words of the name or title<input name=name maxlength=100 value=\"")
        page.text(name)
        page.raw("\"></label><label>State<select name=state><option value=\"\">every state")
        for state in JobState.allCases {
            appendOption(
                state.rawValue, state.presentation.lowercased(), isChosen: state.rawValue == self.state,
                to: &page)
        }
        page.raw("</select></label><label>With the verdict<select name=verdict>")
        page.raw("<option value=\"\">every verdict")
        for verdict in Verdict.allCases {
            appendOption(
                verdict.rawValue, verdict.label, isChosen: verdict.rawValue == self.verdict, to: &page)
        }
        // A browser that has no field for months shows one for text.
        page.raw(
            "</select></label><label>Month (UTC)<input type=month name=month placeholder=YYYY-MM value=\"")
        page.text(month)
        page.raw("\"></label><label class=digest>Holds the file<input name=hash maxlength=64 ")
        page.raw("placeholder=\"MD5, SHA-1 or SHA-256\" spellcheck=false autocapitalize=off value=\"")
        page.text(hash)
        page.raw("\"></label><button>Search</button>")
        if !isEmpty {
            page.raw("<a href=\"")
            page.raw(place.path)
            page.raw("\">All lists</a>")
        }
        page.raw("</form></details>\n")
    }

    private func appendOption(
        _ value: String, _ label: String, isChosen: Bool, to page: inout HTMLBuilder
    ) {
        page.raw("<option value=\"")
        page.text(value)
        page.raw(isChosen ? "\" selected>" : "\">")
        page.text(label)
    }
}

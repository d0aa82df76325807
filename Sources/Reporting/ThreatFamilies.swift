import Foundation
import Model

/// The most frequent threat families, counted while the rows go by.
///
/// At most `labelsMax` different families are counted; the ones that come later are only known to exist. Rows
/// come in the order of severity, so those are the least alarming.
struct ThreatFamilies {
    /// How many different families are counted.
    static let labelsMax = 4_096
    /// How many are shown.
    static let shownMax = 8
    /// How many code points of a family's name are shown.
    static let nameMax = 60

    private(set) var isCut = false
    private var counts: [String: Int] = [:]

    var isEmpty: Bool { counts.isEmpty }

    /// Counts one file's `label`, for example `trojan.emotet/agent`.
    mutating func count(_ label: String?) {
        guard let label else { return }
        let family = Self.family(of: label)
        guard !family.isEmpty else { return }
        if counts[family] != nil || counts.count < Self.labelsMax {
            counts[family, default: 0] += 1
        } else {
            isCut = true
        }
    }

    /// The most frequent ones, at most `shownMax`; equals in alphabetical order.
    var top: [(family: String, count: Int)] {
        counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .prefix(Self.shownMax).map { ($0.key, $0.value) }
    }

    /// The family of a suggested threat label, which is written `category.family/variant`: `emotet` of
    /// `trojan.emotet/agent`, and the category of a label without a family, such as `trojan.`.
    static func family(of label: String) -> String {
        let parts = label.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count > 1 ? parts[1] : parts[0]
        let family = rest.split(separator: "/", maxSplits: 1).first ?? ""
        return String(family.isEmpty ? parts[0] : family)
    }

    /// Appends the list, or says that there is none.
    func append(to page: inout HTMLText) {
        let most = top
        guard let largest = most.first?.count else {
            page.markup("<p class=muted>No threat label so far.</p>")
            return
        }
        page.markup("<ul class=bars>")
        for (family, count) in most {
            page.markup("<li>")
            page.foreign(family, max: Self.nameMax)
            page.bar(count, of: largest)
            page.markup("<b>")
            page.number(count)
            page.markup("</b>")
        }
        page.markup("</ul>")
        if isCut {
            page.markup("<p class=muted>Counted among the first ")
            page.number(Self.labelsMax)
            page.markup(" different families.</p>")
        }
    }
}

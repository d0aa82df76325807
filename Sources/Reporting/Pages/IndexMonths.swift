import Model
import Support

/// Ended jobs of an index by the month of their pick-up: the newest with their bars and the refused ones in a
/// section of their own, the older ones a line each.
struct IndexMonths {
    private let sections: [EndedSection]
    private let older: ArraySlice<JobOverview>
    /// How many jobs stand under each month's headings.
    private let counts: [CalendarMonth: Int]
    private let refusedCount: Int

    /// - Parameters:
    ///   - ended: the newest first.
    ///   - inFullMax: how many of them are no lines.
    init(ended: [JobOverview], inFullMax: Int) {
        sections = EndedSection.sections(of: ended.prefix(inFullMax))
        older = ended.dropFirst(inFullMax)
        var counts: [CalendarMonth: Int] = [:]
        for section in sections where !section.isRefused {
            for overview in section.jobs { counts[Self.month(overview), default: 0] += 1 }
        }
        for overview in older { counts[Self.month(overview), default: 0] += 1 }
        self.counts = counts
        refusedCount = sections.first(where: \.isRefused)?.jobs.count ?? 0
    }

    private static func month(_ overview: JobOverview) -> CalendarMonth {
        CalendarMonth(overview.job.receivedAt)
    }

    private static let refusedAnchor = "refused"
    private static func anchor(_ month: CalendarMonth) -> String { "m\(month)" }

    /// Appends a link to each month; nothing if there is no more than one section.
    func appendNavigation(to page: inout HTMLBuilder) {
        guard counts.count + (refusedCount > 0 ? 1 : 0) > 1 else { return }
        page.raw("<nav class=months aria-label=\"Lists by month\"><ul>")
        if refusedCount > 0 { appendLink("Refused", Self.refusedAnchor, refusedCount, to: &page) }
        for (month, count) in counts.sorted(by: { $0.key > $1.key }) {
            appendLink(month.name, Self.anchor(month), count, to: &page)
        }
        page.raw("</ul><p class=muted>By the month of the pick-up, in UTC.</p></nav>\n")
    }

    private func appendLink(
        _ label: String, _ anchor: String, _ count: Int, to page: inout HTMLBuilder
    ) {
        page.raw("<li><a href=\"#")
        page.text(anchor)
        page.raw("\">")
        page.text(label)
        page.raw("</a> ")
        page.number(count)
    }

    func append(to page: inout HTMLBuilder, entry: (JobOverview) -> IndexEntry) {
        // A month may have a heading among the finished jobs and one among the older ones: the first is
        // linked.
        var anchored: Set<CalendarMonth> = []
        func anchor(_ month: CalendarMonth) -> String? {
            anchored.insert(month).inserted ? Self.anchor(month) : nil
        }
        for section in sections {
            guard !section.isRefused else {
                page.jobs(section.jobs.map(entry), title: "Refused", anchor: Self.refusedAnchor)
                continue
            }
            for (month, jobs) in Self.byMonth(section.jobs[...]) {
                page.jobs(jobs.map(entry), title: "Finished", of: month, anchor: anchor(month))
            }
        }
        for (month, jobs) in Self.byMonth(older) {
            page.openSection("Older", of: month, anchor: anchor(month))
            page.raw("<ul class=older>\n")
            for overview in jobs { entry(overview).appendLine(to: &page) }
            page.raw("</ul></section>\n")
        }
    }

    /// Jobs, which come newest first, in slices of a month each.
    private static func byMonth(
        _ jobs: ArraySlice<JobOverview>
    ) -> [(month: CalendarMonth, jobs: ArraySlice<JobOverview>)] {
        var months: [(month: CalendarMonth, jobs: ArraySlice<JobOverview>)] = []
        var rest = jobs
        while let first = rest.first {
            let month = Self.month(first)
            let part = rest.prefix(while: { Self.month($0) == month })
            months.append((month, part))
            rest = rest[part.endIndex...]
        }
        return months
    }
}

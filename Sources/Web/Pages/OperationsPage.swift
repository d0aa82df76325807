import Foundation
import Model
import Reporting
import Store
import Support

/// The daemon at a glance, for administrators.
struct OperationsPage {
    let view: OperationsView
    let uses: [UserName: UserUse]
    /// The channels of notifications that have failed.
    let channels: [ChannelTrouble]
    let now: Date

    func append(to page: inout HTMLBuilder) {
        page.raw("<h1>Operations</h1>\n")
        let failing = channels.map { "Notifications fail (\($0.channel.rawValue)): \($0.sentence)" }
        for trouble in view.troubles + failing {
            page.notice("Needs attention", isRefusal: true) { $0.untrusted(trouble, max: 2_000) }
        }
        appendVirusTotal(to: &page)
        appendQuotas(to: &page)
        appendQueue(to: &page)
        appendSites(to: &page)
        appendUses(to: &page)
        appendFolders(to: &page)
        appendDisks(to: &page)
    }

    private func appendVirusTotal(to page: inout HTMLBuilder) {
        page.raw("<section><h2>VirusTotal</h2><p class=big><span class=\"v ")
        page.raw(view.waitReason == nil ? "ok\">Answering</span>" : "bad\">Waiting</span>")
        page.raw("</p><p class=muted>")
        if let reason = view.waitReason {
            page.untrusted(reason, max: 1_000)
            if let until = view.waitsUntil {
                page.raw(reason.hasSuffix(".") ? " Goes on " : ". Goes on ")
                page.text(Wording.expectation(until, now: now))
                page.raw(", at ")
                page.time(until)
                page.raw(".")
            }
        } else {
            page.text(Wording.count(view.requestsInFlight, "request", "requests"))
            page.raw(" in flight.")
        }
        page.raw("</p></section>\n")
    }

    private func appendQuotas(to page: inout HTMLBuilder) {
        page.raw("<section><h2>Quota</h2><ul class=quotas>")
        for period in QuotaPeriod.allCases {
            guard let quota = view.quotas[period] else { continue }
            page.raw("<li><p><b>")
            page.number(quota.used)
            page.raw("</b> ")
            if quota.limit > 0 {
                page.raw("of ")
                page.number(quota.limit)
            }
            page.raw(" spent</p>")
            if quota.limit > 0 { page.bar(quota.used, of: quota.limit) }
            page.raw("<p class=muted>this ")
            page.text(period == .minute ? period.rawValue : "\(period.rawValue) (UTC)")
            if quota.limit > 0 {
                page.raw(", ")
                page.number(quota.left)
                page.raw(" left</p>")
            } else {
                page.raw(", no limit</p>")
            }
        }
        page.raw("</ul>")
        if let shared = view.shared {
            page.raw("<p class=muted>")
            page.raw(
                shared.trouble == nil ? "By all sites." : "By this site alone; those of others are not known."
            )
            page.raw("</p>")
        }
        page.raw("</section>\n")
    }

    private func appendQueue(to page: inout HTMLBuilder) {
        page.raw("<section><h2>Queue</h2>")
        if view.queue.isEmpty {
            page.raw("<p class=muted>No hash waits to be asked.</p></section>\n")
            return
        }
        let largest = view.queue.values.max() ?? 0
        page.raw("<ul class=bars>")
        for (user, count) in view.queue.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            page.raw("<li><bdi>")
            page.text(user.description)
            page.raw("</bdi>")
            page.bar(count, of: largest)
            page.raw("<b>")
            page.number(count)
            page.raw("</b>")
        }
        page.raw("</ul><p class=muted>Hashes to ask, by user; the users take turns.</p></section>\n")
    }

    /// The daemons that share one key; nothing for one that is alone.
    private func appendSites(to page: inout HTMLBuilder) {
        guard let shared = view.shared else { return }
        page.raw("<section><h2>Sites</h2><p>This one is ")
        page.untrusted(shared.site, max: 300)
        page.raw(".</p>")
        if let trouble = shared.trouble {
            page.raw("<p><span class=\"v bad\">Away</span> ")
            page.untrusted(trouble, max: 1_000)
            page.raw("</p>")
        }
        guard let overview = shared.overview else {
            page.raw("<p class=muted>The shared database has told nothing yet.</p></section>\n")
            return
        }
        page.raw("<p>All sites have spent <b>")
        page.number(overview.today)
        page.raw("</b> today and <b>")
        page.number(overview.thisMonth)
        page.raw("</b> this month (UTC).</p><table class=wide><thead><tr><th scope=col>Site")
        page.raw("<th scope=col>Last sign of life<th scope=col class=number>Requests today")
        page.raw("<th scope=col class=number>This month<th scope=col class=number>In flight")
        page.raw("<th scope=col class=number>Hashes to ask<tbody>")
        for site in overview.sites {
            page.raw("<tr><th scope=row>")
            page.untrusted(site.name, max: 300)
            page.raw("<td data-label=\"Last sign of life\">")
            page.time(overview.at - site.silence.seconds)
            page.raw("<td class=number data-label=\"Requests today\">")
            page.number(site.today)
            page.raw("<td class=number data-label=\"This month\">")
            page.number(site.thisMonth)
            page.raw("<td class=number data-label=\"In flight\">")
            page.number(site.requestsInFlight)
            page.raw("<td class=number data-label=\"Hashes to ask\">")
            page.number(site.openHashes)
        }
        page.raw("</table><p class=muted>As the shared database told at ")
        page.time(overview.at)
        page.raw(".</p></section>\n")
    }

    /// Who takes up how much, the largest reports first.
    private func appendUses(to page: inout HTMLBuilder) {
        guard !uses.isEmpty else { return }
        page.raw("<section><h2>Use</h2><table class=wide><thead><tr><th scope=col>User")
        page.raw("<th scope=col class=number>Lists kept<th scope=col class=number>Hashes without an answer")
        page.raw("<th scope=col class=number>Reports<tbody>")
        let sorted = uses.sorted {
            ($1.value.reportBytes, $1.value.lists, $0.key) < ($0.value.reportBytes, $0.value.lists, $1.key)
        }
        for (user, use) in sorted {
            page.raw("<tr><th scope=row>")
            page.text(user.description)
            page.raw("<td class=number data-label=\"Lists kept\">")
            page.number(use.lists)
            page.raw("<td class=number data-label=\"Hashes without an answer\">")
            page.number(use.openHashes)
            page.raw("<td class=number data-label=\"Reports\">")
            page.text(Wording.size(use.reportBytes))
        }
        page.raw("</table></section>\n")
    }

    private func appendFolders(to page: inout HTMLBuilder) {
        page.raw("<section><h2>Drop folders</h2><table class=wide><thead><tr><th scope=col>User")
        page.raw("<th scope=col>Watched by<th scope=col class=number>Files waiting<th scope=col>Remark")
        page.raw("<tbody>")
        for folder in view.folders {
            page.raw("<tr><th scope=row>")
            page.untrusted(folder.user, max: 300)
            page.raw("<td data-label=\"Watched by\"><span class=\"v ")
            page.raw(folder.problem == nil ? "ok\">" : "bad\">")
            page.text(folder.watching.rawValue)
            page.raw("</span><td class=number data-label=\"Files waiting\">")
            page.number(folder.waitingFiles)
            page.raw("<td>")
            if let problem = folder.problem { page.untrusted(problem, max: 500) }
        }
        page.raw("</table></section>\n")
    }

    private func appendDisks(to page: inout HTMLBuilder) {
        page.raw("<section><h2>Disk</h2><ul class=quotas>")
        for disk in view.disks {
            page.raw("<li><p><b>")
            page.text(Wording.size(disk.freeBytes))
            page.raw("</b> free</p>")
            page.bar(Int(disk.totalBytes - disk.freeBytes), of: Int(disk.totalBytes))
            page.raw("<p class=muted>")
            page.text(disk.name)
            page.raw(", ")
            page.text(Wording.size(disk.totalBytes))
            page.raw(" in all</p>")
        }
        page.raw("</ul></section>\n")
    }
}

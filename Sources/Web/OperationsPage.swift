import Foundation
import Model
import Reporting

/// The daemon at a glance, for administrators.
struct OperationsPage {
    let view: OperationsView
    let now: Date

    func append(to page: inout HTMLText) {
        page.markup("<h1>Operations</h1>\n")
        for trouble in view.troubles {
            page.markup("<section class=\"notice refusal\"><h2>Needs attention</h2><p>")
            page.foreign(trouble, max: 2_000)
            page.markup("</p></section>\n")
        }
        appendVirusTotal(to: &page)
        appendQuotas(to: &page)
        appendQueue(to: &page)
        appendFolders(to: &page)
        appendDisks(to: &page)
    }

    private func appendVirusTotal(to page: inout HTMLText) {
        page.markup("<section><h2>VirusTotal</h2><p class=big><span class=\"v ")
        page.markup(view.waitReason == nil ? "ok\">Answering</span>" : "bad\">Waiting</span>")
        page.markup("</p><p class=muted>")
        if let reason = view.waitReason {
            page.foreign(reason, max: 1_000)
            if let until = view.waitsUntil {
                page.markup(" Goes on ")
                page.text(Wording.expectation(until, now: now))
                page.markup(", at ")
                page.time(until)
                page.markup(".")
            }
        } else {
            page.text(Wording.count(view.requestsInFlight, "request", "requests"))
            page.markup(" in flight.")
        }
        page.markup("</p></section>\n")
    }

    private func appendQuotas(to page: inout HTMLText) {
        page.markup("<section><h2>Quota</h2><ul class=quotas>")
        for quota in view.quotas {
            page.markup("<li><p><b>")
            page.number(quota.used)
            page.markup("</b> ")
            if quota.limit > 0 {
                page.markup("of ")
                page.number(quota.limit)
            }
            page.markup(" spent</p>")
            if quota.limit > 0 { page.bar(quota.used, of: quota.limit) }
            page.markup("<p class=muted>this ")
            page.text(quota.period)
            if quota.limit > 0 {
                page.markup(", ")
                page.number(max(0, quota.limit - quota.used))
                page.markup(" left</p>")
            } else {
                page.markup(", no limit</p>")
            }
        }
        page.markup("</ul></section>\n")
    }

    private func appendQueue(to page: inout HTMLText) {
        page.markup("<section><h2>Queue</h2>")
        if view.queue.isEmpty {
            page.markup("<p class=muted>No hash waits to be asked.</p></section>\n")
            return
        }
        let largest = view.queue.values.max() ?? 0
        page.markup("<ul class=bars>")
        for (user, count) in view.queue.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            page.markup("<li><bdi>")
            page.text(user.description)
            page.markup("</bdi>")
            page.bar(count, of: largest)
            page.markup("<b>")
            page.number(count)
            page.markup("</b>")
        }
        page.markup("</ul><p class=muted>Hashes to ask, by user; the users take turns.</p></section>\n")
    }

    private func appendFolders(to page: inout HTMLText) {
        page.markup("<section><h2>Drop folders</h2><table class=wide><thead><tr><th scope=col>User")
        page.markup("<th scope=col>Watched by<th scope=col class=number>Files waiting<th scope=col>Remark")
        page.markup("<tbody>")
        for folder in view.folders {
            page.markup("<tr><th scope=row>")
            page.foreign(folder.user, max: 300)
            page.markup("<td data-label=\"Watched by\"><span class=\"v ")
            page.markup(folder.problem == nil ? "ok\">" : "bad\">")
            page.foreign(folder.watching, max: 100)
            page.markup("</span><td class=number data-label=\"Files waiting\">")
            page.number(folder.waitingFiles)
            page.markup("<td>")
            if let problem = folder.problem { page.foreign(problem, max: 500) }
        }
        page.markup("</table></section>\n")
    }

    private func appendDisks(to page: inout HTMLText) {
        page.markup("<section><h2>Disk</h2><ul class=quotas>")
        for disk in view.disks {
            page.markup("<li><p><b>")
            page.text(Wording.size(disk.freeBytes))
            page.markup("</b> free</p>")
            page.bar(Int(disk.totalBytes - disk.freeBytes), of: Int(disk.totalBytes))
            page.markup("<p class=muted>")
            page.text(disk.name)
            page.markup(", ")
            page.text(Wording.size(disk.totalBytes))
            page.markup(" in all</p>")
        }
        page.markup("</ul></section>\n")
    }
}

import Model
import Store
import Support

// What a published report leaves for those of its user's next lists.
extension ReportPublisher {
    /// Takes long lists into their users' memory at once, so that the next list knows of them: those of
    /// 100,000 hashes wholly, in a second or so. The rest of longer ones is left to the retention, and so are
    /// those that cannot be taken now: a report does not fail by it.
    func remember(_ published: [Published]) {
        var slices = 0
        do {
            for report in published where report.isNew && !report.isRewrite && report.job.state.isFinal {
                guard report.job.counts.hashes > JobStore.hashesRememberedAtOnce else { continue }
                while try database.jobs.remember(report.job.id) {
                    slices += 1
                    if slices == Self.slicesRememberedMax { return listsLeft.value(nil) }
                }
            }
        } catch {
            listsLeft.value(error)
        }
    }

    private static let slicesRememberedMax = 60
}

import Model

/// Section of a list's ended jobs: those that were finished, and apart from them those that were refused.
package struct EndedSection {
    package let isRefused: Bool
    package private(set) var jobs: [JobOverview]

    /// Jobs that have ended, the newest first, in their sections; before the other one that which has the
    /// newest job: a refusal stands in view until a later list is finished.
    package static func sections(of jobs: some Sequence<JobOverview>) -> [EndedSection] {
        var sections: [EndedSection] = []
        for job in jobs {
            let isRefused = job.job.state == .refused
            if let index = sections.firstIndex(where: { $0.isRefused == isRefused }) {
                sections[index].jobs.append(job)
            } else {
                sections.append(EndedSection(isRefused: isRefused, jobs: [job]))
            }
        }
        return sections
    }
}

import Model

// What the index's script (index.js) searches and filters by. It names the fields in the address as they are
// named here.
extension HTMLBuilder {
    /// Appends the fields by which the lists of an index are searched and filtered. They need the script, so
    /// they are hidden until it runs.
    mutating func indexTools() {
        raw("<div class=tools hidden role=search><input type=search name=q autocomplete=off ")
        raw("placeholder=\"Search names …\" aria-label=\"Search the lists by name or title\">")
        raw("<select name=state autocomplete=off aria-label=State><option value=\"\">every state")
        for state in JobState.allCases {
            raw("<option value=")
            raw(state.filterLetter)
            raw(">")
            text(state.presentation.lowercased())
        }
        raw("</select><select name=verdict autocomplete=off aria-label=Verdict>")
        raw("<option value=\"\">every verdict")
        for verdict in Verdict.allCases {
            raw("<option value=")
            raw(verdict.styleClass)
            raw(">")
            text(verdict.label)
        }
        raw("</select><label>from <input type=date name=from autocomplete=off></label>")
        raw("<label>to <input type=date name=to autocomplete=off></label>")
        raw("<button type=button class=clear hidden>show all</button><output></output></div>\n")
    }

    /// Opens a list item of a job, with a letter of its state and one of each verdict that a row of it has.
    mutating func filteredItem(of job: Job) {
        raw("<li data-is=")
        raw(job.state.filterLetter)
        for verdict in Verdict.allCases where job.counts[verdict] > 0 { raw(verdict.styleClass) }
        raw(">")
    }
}

extension JobState {
    /// In upper case, because verdicts have the letters of lower case (`Verdict.styleClass`).
    fileprivate var filterLetter: StaticString {
        switch self {
        case .running: "R"
        case .done: "D"
        case .refused: "X"
        case .cancelled: "C"
        }
    }
}

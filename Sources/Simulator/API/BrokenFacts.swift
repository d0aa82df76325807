/// A file object's optional members, each of a type that it never has.
enum BrokenFacts {
    private static let names = [
        "size", "type_description", "type_tag", "type_extension", "type_tags", "tags", "magic", "magika",
        "trid", "ssdeep", "tlsh", "vhash", "names", "meaningful_name", "first_submission_date",
        "last_submission_date", "last_analysis_date", "first_seen_itw_date", "creation_date",
        "times_submitted", "unique_sources", "reputation", "total_votes", "popular_threat_classification",
        "sandbox_verdicts", "authentihash", "detectiteasy", "pe_info", "packers", "signature_info",
        "known_distributors", "trusted_verdict", "crowdsourced_yara_results", "sigma_analysis_stats",
        "sigma_analysis_results", "crowdsourced_ids_stats", "crowdsourced_ids_results",
        "crowdsourced_ai_results", "gti_assessment", "threat_severity",
    ]

    /// Writes them: lists of lists, objects and truth, by turns.
    static func write(to json: inout JSONWriter) {
        for (place, name) in names.enumerated() {
            json.key(name)
            switch place % 3 {
            case 0: json.array { list in list.array { $0.boolean(false) } }
            case 1: json.object { $0.member("value", -1) }
            default: json.boolean(true)
            }
        }
    }
}

import Foundation

/// The columns of `report.csv`, in their order, which are the keys of `report.json` as well: names and meanings are
/// promised to pipelines.
///
/// An empty cell (null in JSON) means "None": the hash is unknown to VirusTotal, or there is nothing to tell; `state` says
/// which. A new column is added at the end, never between.
package enum ReportColumns {
    /// A column's name and what it holds.
    package struct Column: Hashable, Sendable {
        package let name: String
        package let meaning: String
    }

    /// The columns for these vendors.
    package static func all(vendors: [String]) -> [Column] {
        [Column(name: "hash", meaning: "MD5, SHA-1 or SHA-256 from the list, in lower case")]
            + vendors.map {
                Column(name: name(ofVendor: $0), meaning: "the name under which \($0) detects the file")
            }
            + fixed
            + vendors.map {
                Column(
                    name: name(ofVendor: $0) + "_state",
                    meaning: "detected, undetected, could-not-scan, no-row or no-analysis")
            }
    }

    /// What only `report.json` has, because it does not fit into a cell or is of no use to a reader.
    package static let onlyInJSON = [
        Column(name: "reputation", meaning: "the score that VirusTotal's community gives the file"),
        Column(name: "engines", meaning: "every engine by category, with the name if it detects the file"),
    ]

    private static let fixed = [
        Column(name: "engines_detected", meaning: "how many engines call it malicious or suspicious"),
        Column(name: "scan_date", meaning: "when engines last scanned the file"),
        Column(name: "state", meaning: "answered, unknown, no-results, failed or not-asked"),
        Column(
            name: "verdict",
            meaning: "malicious, suspicious, clean, unknown, no-results, failed or not-asked"),
        Column(name: "engines_total", meaning: "how many engines have an opinion"),
        Column(name: "threat_label", meaning: "VirusTotal's suggested threat label"),
        Column(name: "name", meaning: "the file's most telling name at VirusTotal"),
        Column(name: "type", meaning: "the file's type in words"),
        Column(name: "size_bytes", meaning: "the file's size"),
        Column(name: "first_submitted", meaning: "when VirusTotal first got the file"),
        Column(name: "md5", meaning: "the file's MD5"),
        Column(name: "sha1", meaning: "the file's SHA-1"),
        Column(name: "sha256", meaning: "the file's SHA-256"),
        Column(name: "comment", meaning: "what else the list's line says"),
        Column(name: "line", meaning: "the line that names the hash first, counted from 1"),
        Column(name: "occurrences", meaning: "how often the list names the hash"),
        Column(name: "asked_at", meaning: "when VirusTotal was asked"),
        Column(name: "is_stale", meaning: "true if the answer is past its age and no newer one came"),
        Column(name: "asked_as", meaning: "another name of the same file that was asked instead"),
        Column(name: "reason", meaning: "why there is no verdict"),
        Column(name: "link", meaning: "the file's page at VirusTotal"),
    ]

    /// A vendor's key as a column's name: lower case, each run of other characters than a–z and 0–9 one `_`.
    package static func name(ofVendor vendor: String) -> String {
        let words = vendor.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "vendor" : words.joined(separator: "_")
    }

    /// A column's name that two columns would have with these vendors, or nil: `Trend Micro` and `Trend-Micro` are
    /// one, and so is a vendor `Name` with the file's `name`.
    package static func collision(vendors: [String]) -> String? {
        var seen: Set<String> = []
        return (all(vendors: vendors) + onlyInJSON).map(\.name).first { !seen.insert($0).inserted }
    }
}

import Model

/// A column of the reports: its name, its place on a page and its value.
///
/// The order of the cases is the order of `report.csv`, of the keys of `report.json`, and of the text rows
/// and cells of `report.html` with their headings and sort keys; the page's script reads it from the page.
/// The raw values are the names, which are promised to pipelines; a line of `report.json` is decoded by them,
/// too. An empty cell (null in JSON) means "None": VirusTotal does not know the file, or there is nothing to
/// tell; `state` says which.
///
/// To add a column, add a case at the end of those of the CSV, its `appearance` and its value
/// (`RowModel.append`); a cell of its own on the page also needs a width in `table.css` and a heading in
/// `cards.css`.
package enum ReportColumn: String, CaseIterable, CodingKey, Sendable {
    /// MD5, SHA-1 or SHA-256 from the list, in lower case.
    case hash
    /// The name under which a vendor detects the file: one column for each of `ReportOptions.vendors`.
    case vendor
    /// How many engines call the file malicious or suspicious.
    case enginesDetected = "engines_detected"
    /// When engines last scanned the file.
    case scanDate = "scan_date"
    /// `answered`, `unknown`, `no-results`, `failed` or `not-asked`.
    case state
    /// `malicious`, `suspicious`, `allowed`, `clean`, `unknown`, `no-results`, `failed` or `not-asked`.
    case verdict
    /// How many engines have an opinion.
    case enginesTotal = "engines_total"
    /// VirusTotal's suggested threat label.
    case threatLabel = "threat_label"
    /// The file's most telling name at VirusTotal.
    case name
    /// The file's type in words.
    case type
    /// The file's size.
    case sizeBytes = "size_bytes"
    /// When VirusTotal first got the file.
    case firstSubmitted = "first_submitted"
    case md5
    case sha1
    case sha256
    /// What else the list's line says.
    case comment
    /// The line that names the hash first, counted from 1.
    case line
    /// How often the list names the hash.
    case occurrences
    /// When VirusTotal was asked.
    case askedAt = "asked_at"
    /// True if the answer is past its age and no newer one came.
    case isStale = "is_stale"
    /// Another hash of the same file that was asked instead.
    case askedAs = "asked_as"
    /// Why there is no verdict.
    case reason
    /// The file's page at VirusTotal.
    case link
    /// `detected`, `undetected`, `could-not-scan`, `no-row` or `no-analysis`: one column for each vendor.
    case vendorState = "vendor_state"
    // Facts: empty also where the answer is of a time before they were kept.
    /// `valid`, `revoked`, `expired`, `invalid` or `unsigned`.
    case signature
    /// Who signed the file.
    case signer
    /// Distributors that are known to have the file, and who VirusTotal trusts it by.
    case knownDistributor = "known_distributor"
    /// VirusTotal's tags, separated by spaces.
    case tags
    /// How often it was sent to VirusTotal.
    case timesSubmitted = "times_submitted"
    /// By how many sources.
    case uniqueSources = "unique_sources"
    /// When it was last sent to VirusTotal.
    case lastSubmitted = "last_submitted"
    /// Since when it is known outside of VirusTotal.
    case firstSeenInTheWild = "first_seen_itw"
    /// When it was made, by its own word.
    case created
    /// How many days before the question engines last scanned it.
    case scanAgeDays = "scan_age_days"
    /// The threat's category that most engines name.
    case threatCategory = "threat_category"
    /// The threat's family that most engines name.
    case threatFamily = "threat_family"
    /// How many sandboxes call it malicious.
    case sandboxesMalicious = "sandboxes_malicious"
    /// The names that sandboxes give the threat.
    case sandboxNames = "sandbox_names"
    /// Names of the YARA rules that find it.
    case yaraRules = "yara_rules"
    /// How many Sigma rules of the levels critical and high match what it does.
    case sigmaHigh = "sigma_high"
    /// How many alerts of the level high its network traffic causes.
    case idsHigh = "ids_high"
    /// The file's type in one word.
    case typeTag = "type_tag"
    /// The digest of a program's imports.
    case imphash
    /// Google Threat Intelligence's verdict, of premium keys.
    case gtiVerdict = "gti_verdict"
    /// Its score, of premium keys.
    case gtiScore = "gti_score"
    /// Why the row has its verdict, in a sentence (`VerdictExplanation`); empty without an answer.
    case why
    /// `high` or `low`: how far a verdict of malicious or suspicious is to be relied on.
    case confidence
    /// What an allowed row would be called, and by which entry of the allow-list it is not.
    case allowed
    /// In how many earlier lists of the same user the file stood.
    case seenBefore = "seen_before"
    /// When the first of them was received.
    case seenSince = "seen_since"

    /// The score that VirusTotal's community gives the file. Only in JSON.
    case reputation
    /// Every engine by category, with the name if it detects the file. Only in JSON: it does not fit into a
    /// cell.
    case engines
    /// All facts as one object. Only in JSON; a page has the letters of their marks (`FactMark`)
    /// and of the row's groups (`GroupLetters`).
    case facts

    /// Whether each vendor has one.
    var isOfVendor: Bool { self == .vendor || self == .vendorState }

    var isInCSV: Bool { ![.reputation, .engines, .facts].contains(self) }

    /// Whether a page says "None" where there is no value, as the first four columns always have.
    var showsNone: Bool { self == .vendor || self == .enginesDetected || self == .scanDate }
}

// MARK: - On a page

extension ReportColumn {
    /// Where a page shows a column, and the heading by which rows are sorted.
    struct Appearance {
        enum Place: Equatable {
            /// A cell of the row's first line; it has a heading.
            case cell
            /// In the second line, below the cell of another column.
            case below(ReportColumn)
            /// A paragraph below the row.
            case paragraph
            /// Nowhere: what the chips above the table choose rows by.
            case row
        }

        /// How a heading's values are compared; the page's script knows the same words, and searches the
        /// texts.
        enum Sort: String {
            case text, number, time
            /// As a share of all engines.
            case proportion
            /// The page's own order.
            case severity
        }

        let place: Place
        let heading: (title: String, sort: Sort)?

        fileprivate static func cell(_ title: String, _ sort: Sort) -> Self {
            Self(place: .cell, heading: (title, sort))
        }

        fileprivate static func below(_ column: ReportColumn, _ title: String, _ sort: Sort) -> Self {
            Self(place: .below(column), heading: (title, sort))
        }

        fileprivate static func below(_ column: ReportColumn) -> Self {
            Self(place: .below(column), heading: nil)
        }

        fileprivate static let paragraph = Self(place: .paragraph, heading: nil)
        fileprivate static let row = Self(place: .row, heading: nil)
    }

    /// How a page shows the column, or nil if it does not.
    var appearance: Appearance? {
        switch self {
        case .hash: .cell("Hash value", .text)
        case .vendor: .cell("detection name", .text)
        case .enginesDetected: .cell("Number of engines detected", .number)
        case .scanDate: .cell("Scan date", .time)
        case .verdict: .cell("Verdict", .severity)
        case .enginesTotal: .cell("Of all engines", .proportion)
        case .threatLabel: .cell("Threat label", .text)
        case .name: .cell("Name", .text)
        case .type: .below(.name, "Type", .text)
        case .sizeBytes: .below(.name, "Size", .number)
        case .firstSubmitted: .below(.scanDate, "First seen", .time)
        case .comment: .cell("Comment", .text)
        case .line: .below(.comment, "Line", .number)
        case .occurrences: .below(.comment)
        case .askedAt: .below(.verdict, "Answer’s age", .time)
        case .askedAs: .below(.hash)
        case .reason, .allowed: .paragraph
        case .vendorState: .below(.vendor)
        case .facts: .row
        // `is_stale` is shown with the answer's age, the link with the hash.
        case .state, .md5, .sha1, .sha256, .isStale, .link, .reputation, .engines: nil
        // Facts are sentences in a row's details (`FactLines`).
        case .signature, .signer, .knownDistributor, .tags, .timesSubmitted, .uniqueSources, .lastSubmitted,
            .firstSeenInTheWild, .created, .scanAgeDays, .threatCategory, .threatFamily, .sandboxesMalicious,
            .sandboxNames, .yaraRules, .sigmaHigh, .idsHigh, .typeTag, .imphash, .gtiVerdict, .gtiScore:
            nil
        // In the row's details.
        case .why, .confidence, .seenBefore, .seenSince: nil
        }
    }

    /// How many code points of a value from outside a page shows; the CSV has all.
    var shownMax: Int { self == .comment ? 120 : 64 }
}

// MARK: - The value

extension RowModel {
    /// Appends the value of `column` to `output`, as `format` writes it.
    func append<Format: CellFormat>(
        _ column: ReportColumns.Column, as format: Format, to output: inout Format.Output
    ) {
        switch column.kind {
        case .hash: format.hash(row.hash, to: &output)
        case .vendor: format.text(detection(by: column.vendor), to: &output)
        case .enginesDetected: format.number(detections, to: &output)
        case .scanDate: format.time(object?.lastAnalysisDate, to: &output)
        case .state: format.word(stateName, to: &output)
        case .verdict: format.word(verdict.rawValue, to: &output)
        case .enginesTotal: format.number(opinions, to: &output)
        case .threatLabel: format.text(object?.threatLabel, to: &output)
        case .name: format.text(object?.meaningfulName, to: &output)
        case .type: format.text(object?.typeDescription, to: &output)
        case .sizeBytes: format.number(object?.sizeBytes.map { Int($0) }, to: &output)
        case .firstSubmitted: format.time(object?.firstSubmissionDate, to: &output)
        case .md5: format.hash(object?.md5, to: &output)
        case .sha1: format.hash(object?.sha1, to: &output)
        case .sha256: format.hash(object?.sha256, to: &output)
        case .comment: format.text(row.comment, to: &output)
        case .line: format.number(row.line, to: &output)
        case .occurrences: format.number(row.occurrences, to: &output)
        case .askedAt: format.time(answer?.askedAt, to: &output)
        case .isStale: format.flag(row.isStale, to: &output)
        case .askedAs: format.hash(row.askedAs, to: &output)
        case .reason: format.text(reason, to: &output)
        case .link: format.link(to: linked, to: &output)
        case .vendorState: format.word(finding(of: column.vendor)?.stateName, to: &output)
        case .why: format.text(explanation?.why, to: &output)
        case .confidence: format.word(explanation?.confidence?.level.rawValue, to: &output)
        case .allowed: format.text(allowed, to: &output)
        case .seenBefore: format.number(row.seen?.lists, to: &output)
        case .seenSince: format.time(row.seen?.since, to: &output)
        case .reputation: format.number(object?.reputation, to: &output)
        case .engines: format.engines(object?.engines, to: &output)
        case .facts: format.facts(facts, to: &output)
        case .signature, .signer, .knownDistributor, .tags, .timesSubmitted, .uniqueSources, .lastSubmitted,
            .firstSeenInTheWild, .created, .scanAgeDays, .threatCategory, .threatFamily, .sandboxesMalicious,
            .sandboxNames, .yaraRules, .sigmaHigh, .idsHigh, .typeTag, .imphash, .gtiVerdict, .gtiScore:
            appendFact(column.kind, as: format, to: &output)
        }
    }

    private func appendFact<Format: CellFormat>(
        _ column: ReportColumn, as format: Format, to output: inout Format.Output
    ) {
        switch column {
        case .signature: format.text(facts?.text(.signature), to: &output)
        case .signer: format.text(facts?.text(.signers), to: &output)
        case .knownDistributor:
            let distributors = facts?.knownDistributors ?? []
            format.text(distributors.isEmpty ? nil : distributors.joined(separator: "; "), to: &output)
        case .tags: format.text(facts?.joined(.tags, by: " "), to: &output)
        case .timesSubmitted: format.number(facts?.number(.timesSubmitted), to: &output)
        case .uniqueSources: format.number(facts?.number(.uniqueSources), to: &output)
        case .lastSubmitted: format.time(facts?.date(.lastSubmitted), to: &output)
        case .firstSeenInTheWild: format.time(facts?.date(.firstSeenInTheWild), to: &output)
        case .created: format.time(facts?.date(.created), to: &output)
        case .scanAgeDays: format.number(scanAgeDays, to: &output)
        case .threatCategory: format.text(facts?.mostFrequent(.threatCategories), to: &output)
        case .threatFamily: format.text(facts?.mostFrequent(.threatFamilies), to: &output)
        case .sandboxesMalicious: format.number(facts?.sandboxesMalicious, to: &output)
        case .sandboxNames: format.text(facts?.joined(.sandboxNames), to: &output)
        case .yaraRules: format.text(facts?.joined(.yaraRules), to: &output)
        case .sigmaHigh: format.number(facts?.sigmaHigh, to: &output)
        case .idsHigh: format.number(facts?.counts(.idsCounts).first, to: &output)
        case .typeTag: format.text(facts?.text(.typeTag), to: &output)
        case .imphash: format.text(facts?.text(.imphash), to: &output)
        case .gtiVerdict: format.text(facts?.text(.gtiVerdict), to: &output)
        case .gtiScore: format.number(facts?.number(.gtiScore), to: &output)
        default: break
        }
    }
}

/// One fact of a file: the letter by which it is stored, its key in JSON and the form of its value.
///
/// The order of the cases is the order in which they are stored and written. A letter is never used for
/// another fact: databases hold it.
package enum FactField: UInt8, CaseIterable, Sendable {
    // What it is.
    case typeTag = 65
    case typeTags = 66
    case typeExtension = 67
    case magic = 68
    case magika = 69
    case trid = 70
    case packers = 71
    case tags = 72
    case names = 73
    case namesCount = 74
    case imphash = 75
    case vhash = 76
    case tlsh = 77
    case ssdeep = 78
    case authentihash = 79
    case created = 80
    // Who made it.
    case signature = 81
    case signers = 82
    case signedAt = 83
    case product = 84
    case description = 85
    case originalName = 86
    case internalName = 87
    case fileVersion = 88
    // Who knows it.
    case timesSubmitted = 89
    case uniqueSources = 90
    case lastSubmitted = 91
    case firstSeenInTheWild = 92
    case distributors = 93
    case distributedProducts = 94
    case distributorSources = 95
    case trustedBy = 96
    case votesHarmless = 97
    case votesMalicious = 98
    // Who accuses it.
    case threatCategories = 99
    case threatFamilies = 100
    case sandboxes = 101
    case sandboxNames = 102
    case yaraRules = 103
    case sigmaCounts = 104
    case sigmaRules = 105
    case idsCounts = 106
    case idsMessages = 107
    case aiNotes = 108
    case gtiVerdict = 109
    case gtiScore = 110
    case threatSeverity = 111

    /// The form of a value.
    package enum Kind: Hashable, Sendable {
        case text
        case number
        case date
        /// A list of texts.
        case texts
        /// A list of elements with these parts.
        case elements([Part])
        /// One element, an object of these numbers.
        case counts([String])
    }

    /// A part of an element: its key and whether it is a number.
    package struct Part: Hashable, Sendable {
        package var name: String
        package var isNumber = false
    }

    /// Its place among the cases, from 0.
    package var place: Int { Int(rawValue - FactField.typeTag.rawValue) }

    package var kind: Kind {
        switch self {
        case .typeTags, .packers, .tags, .names, .signers, .distributors, .distributedProducts,
            .distributorSources, .sandboxNames, .idsMessages:
            .texts
        case .namesCount, .timesSubmitted, .uniqueSources, .votesHarmless, .votesMalicious, .gtiScore: .number
        case .created, .lastSubmitted, .firstSeenInTheWild: .date
        case .threatCategories, .threatFamilies:
            .elements([Part(name: "value"), Part(name: "count", isNumber: true)])
        case .trid: .elements([Part(name: "type"), Part(name: "percent", isNumber: true)])
        case .sandboxes:
            .elements([
                Part(name: "sandbox"), Part(name: "category"), Part(name: "confidence", isNumber: true),
            ])
        case .yaraRules:
            .elements([
                Part(name: "rule"), Part(name: "ruleset"), Part(name: "author"), Part(name: "source"),
            ])
        case .sigmaRules: .elements([Part(name: "title"), Part(name: "level"), Part(name: "id")])
        case .aiNotes: .elements([Part(name: "analysis"), Part(name: "source"), Part(name: "category")])
        case .sigmaCounts: .counts(["critical", "high", "medium", "low"])
        case .idsCounts: .counts(["high", "medium", "low", "info"])
        default: .text
        }
    }

    /// Its key in the `facts` of `report.json`.
    package var name: String {
        switch self {
        case .typeTag: "type_tag"
        case .typeTags: "type_tags"
        case .typeExtension: "type_extension"
        case .magic: "magic"
        case .magika: "magika"
        case .trid: "trid"
        case .packers: "packers"
        case .tags: "tags"
        case .names: "names"
        case .namesCount: "names_count"
        case .imphash: "imphash"
        case .vhash: "vhash"
        case .tlsh: "tlsh"
        case .ssdeep: "ssdeep"
        case .authentihash: "authentihash"
        case .created: "created"
        case .signature: "signature"
        case .signers: "signers"
        case .signedAt: "signed_at"
        case .product: "product"
        case .description: "description"
        case .originalName: "original_name"
        case .internalName: "internal_name"
        case .fileVersion: "file_version"
        case .timesSubmitted: "times_submitted"
        case .uniqueSources: "unique_sources"
        case .lastSubmitted: "last_submitted"
        case .firstSeenInTheWild: "first_seen_itw"
        case .distributors: "known_distributors"
        case .distributedProducts: "known_products"
        case .distributorSources: "known_sources"
        case .trustedBy: "trusted_by"
        case .votesHarmless: "votes_harmless"
        case .votesMalicious: "votes_malicious"
        case .threatCategories: "threat_categories"
        case .threatFamilies: "threat_families"
        case .sandboxes: "sandboxes"
        case .sandboxNames: "sandbox_names"
        case .yaraRules: "yara_rules"
        case .sigmaCounts: "sigma"
        case .sigmaRules: "sigma_rules"
        case .idsCounts: "ids"
        case .idsMessages: "ids_messages"
        case .aiNotes: "ai_notes"
        case .gtiVerdict: "gti_verdict"
        case .gtiScore: "gti_score"
        case .threatSeverity: "threat_severity"
        }
    }
}

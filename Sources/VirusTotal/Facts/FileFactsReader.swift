import Foundation
import Model

/// Reader of a file object's facts: what VirusTotal tells of a file beside the engines' findings.
///
/// Each fact is optional, bounded and read by itself: a field of a wrong type costs its own fact alone, never
/// another one nor the answer. The bulk of an answer is never looked at: `match_context` of Sigma's results,
/// `alert_context` and `rule_raw` of the network rules', the certificates, `pe_info` but for the imphash. Nor
/// are `nsrl_info` and `monitor_info`, which `known_distributors` replaced on 2022-01-01.
/// `Sources/FACTS.md` has the table of what is read, how far, and where it is shown.
struct FileFactsReader {
    private let attributes: JSONValue
    /// The facts, in the order of their fields.
    private(set) var facts = FileFacts()

    // Unicode scalars of one text.
    private static let wordCharactersMax = 64
    private static let nameCharactersMax = 256
    private static let labelCharactersMax = 300
    private static let noteCharactersMax = 1000
    // Elements of one list.
    private static let tagsMax = 40
    private static let typeTagsMax = 10
    private static let namesMax = 10
    private static let toolsMax = 5
    private static let signersMax = 5
    private static let distributorsMax = 5
    private static let threatWordsMax = 10
    private static let sandboxesMax = 20
    private static let malwareNamesMax = 10
    private static let rulesMax = 10
    private static let messagesMax = 5

    /// Reads the facts in a file object's `attributes`.
    init(_ attributes: JSONValue) {
        self.attributes = attributes
        readWhatItIs()
        readWhoMadeIt()
        readWhoKnowsIt()
        readWhoAccusesIt()
        readPremiumWords()
    }

    // MARK: - What it is

    private mutating func readWhatItIs() {
        facts.add(.typeTag, Self.word(attributes["type_tag"]))
        facts.add(.typeTags, Self.words(attributes["type_tags"], countMax: Self.typeTagsMax))
        facts.add(.typeExtension, Self.word(attributes["type_extension"]))
        facts.add(.magic, Self.label(attributes["magic"]))
        facts.add(.magika, Self.word(attributes["magika"]))
        facts.add(.trid, elements: Self.likeliestType(attributes["trid"]))
        facts.add(.packers, tools())
        facts.add(.tags, Self.words(attributes["tags"], countMax: Self.tagsMax))
        facts.add(.names, Self.names(attributes["names"], countMax: Self.namesMax))
        facts.add(.namesCount, Self.textsCount(attributes["names"]))
        facts.add(.imphash, Self.label(attributes["pe_info"]?["imphash"]))
        facts.add(.vhash, Self.label(attributes["vhash"]))
        // Every file that is too small for one has `TNULL`: that is no likeness.
        facts.add(.tlsh, Self.label(attributes["tlsh"]).flatMap { $0 == "TNULL" ? nil : $0 })
        facts.add(.ssdeep, Self.label(attributes["ssdeep"]))
        facts.add(.authentihash, Self.label(attributes["authentihash"]))
        facts.add(.created, FileAttributes.date(attributes["creation_date"]))
    }

    /// The first of TrID's types, which stand in the order of their probability.
    private static func likeliestType(_ types: JSONValue?) -> [[String?]] {
        let likeliest = types?.first { entry -> [String?]? in
            guard let type = label(entry["file_type"]) else { return nil }
            return [type, percent(entry["probability"])]
        }
        return likeliest.map { [$0] } ?? []
    }

    /// A number from 0 to 100, with one decimal at most.
    private static func percent(_ value: JSONValue?) -> String? {
        guard let percent = value?.decimal, (0...100).contains(percent) else { return nil }
        let tenths = Int((percent * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// What the file was made or packed with: the packers that were recognised, then what Detect It Easy
    /// tells, as `Microsoft Visual Basic 6.0 (Compiler)`.
    private func tools() -> [String] {
        var tools: [String] = []
        attributes["packers"]?.forEachMember { _, packer in
            if tools.count < Self.toolsMax, let packer = Self.label(packer), !tools.contains(packer) {
                tools.append(packer)
            }
        }
        attributes["detectiteasy"]?["values"]?.forEachElement { value in
            guard tools.count < Self.toolsMax else { return false }
            guard var tool = Self.word(value["name"]) else { return true }
            if let version = Self.word(value["version"]) { tool += " \(version)" }
            if let type = Self.word(value["type"]) { tool += " (\(type))" }
            if !tools.contains(tool) { tools.append(tool) }
            return true
        }
        return tools
    }

    private static func textsCount(_ list: JSONValue?) -> Int? {
        var count = 0
        list?.forEachElement { element in
            if element.utf8 != nil { count += 1 }
            return true
        }
        return count == 0 ? nil : count
    }

    // MARK: - Who made it

    private mutating func readWhoMadeIt() {
        guard let info = attributes["signature_info"], info.isObject else { return }
        facts.add(.signature, SignatureState(signatureInfo: info)?.rawValue)
        facts.add(.signers, Self.signers(info["signers"]))
        // As it came, `12:51 AM 6/23/2020`: neither form names its time zone.
        facts.add(.signedAt, Self.word(info["signing date"]) ?? Self.word(info["Timestamp"]))
        facts.add(.product, Self.label(info["product"]))
        facts.add(.description, Self.label(info["description"]))
        facts.add(.originalName, Self.label(info["original name"]))
        facts.add(.internalName, Self.label(info["internal name"]))
        facts.add(.fileVersion, Self.label(info["file version"]))
    }

    /// The names in `A Corporation; A Code Signing CA; A Root CA`: the signer first, then who vouches.
    private static func signers(_ value: JSONValue?) -> [String] {
        guard let text = value?.utf8 else { return [] }
        let parts = text.split(separator: UInt8(ascii: ";"), maxSplits: signersMax)
        return parts.prefix(signersMax).compactMap {
            storable(UnsafeBufferPointer(rebasing: $0), charactersMax: labelCharactersMax)
        }
    }

    // MARK: - Who knows it

    private mutating func readWhoKnowsIt() {
        facts.add(.timesSubmitted, Self.count(attributes["times_submitted"]))
        facts.add(.uniqueSources, Self.count(attributes["unique_sources"]))
        facts.add(.lastSubmitted, FileAttributes.date(attributes["last_submission_date"]))
        facts.add(.firstSeenInTheWild, FileAttributes.date(attributes["first_seen_itw_date"]))
        let known = attributes["known_distributors"]
        let countMax = Self.distributorsMax
        facts.add(.distributors, Self.names(known?["distributors"], countMax: countMax))
        facts.add(.distributedProducts, Self.names(known?["products"], countMax: countMax))
        facts.add(.distributorSources, Self.names(known?["data_sources"], countMax: countMax))
        facts.add(.trustedBy, trustedBy())
        let votes = attributes["total_votes"]
        facts.add(.votesHarmless, Self.count(votes?["harmless"]))
        facts.add(.votesMalicious, Self.count(votes?["malicious"]))
    }

    /// Who calls the file goodware; `trusted_verdict` can also say `malware`.
    private func trustedBy() -> String? {
        let trusted = attributes["trusted_verdict"]
        guard Self.word(trusted?["verdict"])?.lowercased() == "goodware" else { return nil }
        return Self.label(trusted?["organization"])
    }

    // MARK: - Who accuses it

    private mutating func readWhoAccusesIt() {
        let threat = attributes["popular_threat_classification"]
        facts.add(.threatCategories, elements: Self.counted(threat?["popular_threat_category"]))
        facts.add(.threatFamilies, elements: Self.counted(threat?["popular_threat_name"]))
        let sandboxes = sandboxVerdicts()
        facts.add(.sandboxes, elements: Self.elements(sandboxes))
        facts.add(.sandboxNames, Self.malwareNames(sandboxes))
        facts.add(.yaraRules, elements: yaraRules())
        facts.add(
            .sigmaCounts,
            elements: Self.counts(attributes["sigma_analysis_stats"], ["critical", "high", "medium", "low"]))
        facts.add(.sigmaRules, elements: sigmaRules())
        facts.add(
            .idsCounts,
            elements: Self.counts(attributes["crowdsourced_ids_stats"], ["high", "medium", "low", "info"]))
        facts.add(.idsMessages, idsMessages())
        facts.add(.aiNotes, elements: firstNote())
    }

    /// Words with the number of engines that use them, the most frequent first: `{"value": "trojan",
    /// "count": 24}`, before October 2021 `["trojan", 24]`.
    private static func counted(_ list: JSONValue?) -> [[String?]] {
        var words: [(word: String, count: Int?)] = []
        list?.forEachElement { entry in
            var value = entry["value"]
            var number = entry["count"]
            var place = 0
            entry.forEachElement { part in
                if place == 0 { value = part } else { number = part }
                place += 1
                return place < 2
            }
            if let text = word(value) { words.append((text, count(number))) }
            return true
        }
        let mostFrequent = ranked(words) { -($0.count ?? 0) }.prefix(threatWordsMax)
        return mostFrequent.map { entry -> [String?] in [entry.word, entry.count.map { String($0) }] }
    }

    /// Sandboxes with their verdicts, the worst first, so that a limit leaves out the least.
    private func sandboxVerdicts() -> [(name: String, verdict: JSONValue)] {
        var verdicts: [(name: String, verdict: JSONValue)] = []
        attributes["sandbox_verdicts"]?.forEachMember { key, verdict in
            guard verdict.isObject,
                let name = Self.word(verdict["sandbox_name"])
                    ?? storable(key, charactersMax: Self.wordCharactersMax)
            else { return }
            verdicts.append((name, verdict))
        }
        return Self.ranked(verdicts) { Self.rank($0.verdict["category"], in: ["malicious", "suspicious"]) }
    }

    private static func elements(_ sandboxes: [(name: String, verdict: JSONValue)]) -> [[String?]] {
        sandboxes.prefix(sandboxesMax).map { sandbox -> [String?] in
            let confidence = count(sandbox.verdict["confidence"]).map { String($0) }
            return [sandbox.name, word(sandbox.verdict["category"])?.lowercased(), confidence]
        }
    }

    private static func malwareNames(_ sandboxes: [(name: String, verdict: JSONValue)]) -> [String] {
        var names: [String] = []
        for sandbox in sandboxes {
            for name in words(sandbox.verdict["malware_names"], countMax: malwareNamesMax)
            where names.count < malwareNamesMax && !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func yaraRules() -> [[String?]] {
        var rules: [[String?]] = []
        attributes["crowdsourced_yara_results"]?.forEachElement { result in
            guard rules.count < Self.rulesMax else { return false }
            if let rule = Self.name(result["rule_name"]) {
                rules.append([
                    rule, Self.name(result["ruleset_name"]), Self.name(result["author"]),
                    Self.label(result["source"]),
                ])
            }
            return true
        }
        return rules
    }

    private func sigmaRules() -> [[String?]] {
        var rules: [[String?]] = []
        for result in Self.byLevel(attributes["sigma_analysis_results"], "rule_level")
        where rules.count < Self.rulesMax {
            guard let title = Self.name(result["rule_title"]) else { continue }
            rules.append([title, Self.word(result["rule_level"])?.lowercased(), Self.name(result["rule_id"])])
        }
        return rules
    }

    private func idsMessages() -> [String] {
        var messages: [String] = []
        for result in Self.byLevel(attributes["crowdsourced_ids_results"], "alert_severity")
        where messages.count < Self.messagesMax {
            if let message = Self.name(result["rule_msg"]), !messages.contains(message) {
                messages.append(message)
            }
        }
        return messages
    }

    /// The first note of a machine that says anything. Its text depends on a stranger's file: it is shown as
    /// such, and nothing follows from it.
    private func firstNote() -> [[String?]] {
        let note = attributes["crowdsourced_ai_results"]?.first { result -> [String?]? in
            guard let analysis = result["analysis"]?.text(charactersMax: Self.noteCharactersMax) else {
                return nil
            }
            return [analysis, Self.word(result["source"]), Self.word(result["category"])]
        }
        return note.map { [$0] } ?? []
    }

    // MARK: - What a premium key gets besides

    private mutating func readPremiumWords() {
        let assessment = attributes["gti_assessment"]
        facts.add(.gtiVerdict, Self.constant(assessment?["verdict"], prefix: "verdict_"))
        let score = assessment?["threat_score"]
        facts.add(.gtiScore, Self.count(score?["value"] ?? score))
        // Its `last_analysis_date`, a text, is not that of the engines.
        let severity = attributes["threat_severity"]?["threat_severity_level"]
        facts.add(
            .threatSeverity, Self.constant(severity ?? assessment?["severity"], prefix: "severity_"))
    }

    /// The word in `{"value": "VERDICT_MALICIOUS"}`, or in the text alone, as `malicious`.
    private static func constant(_ value: JSONValue?, prefix: String) -> String? {
        guard let text = word(value?["value"] ?? value)?.lowercased() else { return nil }
        return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    }
}

// MARK: - Parts of all of them

extension FileFactsReader {
    private static func word(_ value: JSONValue?) -> String? { value?.text(charactersMax: wordCharactersMax) }

    private static func name(_ value: JSONValue?) -> String? { value?.text(charactersMax: nameCharactersMax) }

    private static func label(_ value: JSONValue?) -> String? {
        value?.text(charactersMax: labelCharactersMax)
    }

    private static func words(_ list: JSONValue?, countMax: Int) -> [String] {
        texts(list, countMax: countMax, charactersMax: wordCharactersMax)
    }

    private static func names(_ list: JSONValue?, countMax: Int) -> [String] {
        texts(list, countMax: countMax, charactersMax: nameCharactersMax)
    }

    /// The first texts of a list, each once.
    private static func texts(_ list: JSONValue?, countMax: Int, charactersMax: Int) -> [String] {
        var texts: [String] = []
        list?.forEachElement { element in
            guard texts.count < countMax else { return false }
            if let text = element.text(charactersMax: charactersMax), !texts.contains(text) {
                texts.append(text)
            }
            return true
        }
        return texts
    }

    /// A whole number that is not negative.
    private static func count(_ value: JSONValue?) -> Int? {
        value?.integer.flatMap { $0 < 0 ? nil : Int(exactly: $0) }
    }

    /// The numbers under these names as the parts of one element; none of them, no element.
    private static func counts(_ stats: JSONValue?, _ names: [StaticString]) -> [[String?]] {
        guard let stats else { return [] }
        return [names.map { name -> String? in count(stats[name]).map { String($0) } }]
    }

    /// The elements of a list, the worst first, so that a limit leaves out the least.
    private static func byLevel(_ list: JSONValue?, _ level: StaticString) -> [JSONValue] {
        var elements: [JSONValue] = []
        list?.forEachElement { element in
            elements.append(element)
            return true
        }
        return ranked(elements) { rank($0[level], in: ["critical", "high", "medium", "low", "info"]) }
    }

    /// The place of a word among others; after all of them for anything else.
    private static func rank(_ value: JSONValue?, in words: [String]) -> Int {
        word(value).flatMap { words.firstIndex(of: $0.lowercased()) } ?? words.count
    }

    /// Values by their ranks, those of one rank in the order in which they came.
    private static func ranked<Value>(_ values: [Value], _ rank: (Value) -> Int) -> [Value] {
        let order = values.map(rank).enumerated().sorted {
            ($0.element, $0.offset) < ($1.element, $1.offset)
        }
        return order.map { values[$0.offset] }
    }
}

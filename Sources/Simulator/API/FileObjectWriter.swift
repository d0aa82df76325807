import Foundation
import Model
import Support

/// Writer of the file object of `GET /api/v3/files/{id}` in the shape of an answer of 2026 to a public key.
///
/// Sources: VirusTotal API v3, "file object"; answers of 2019 to 2026 for which fields may be missing.
struct FileObjectWriter {
    private let file: SimulatedFile
    private let profile: ThreatProfile
    private let facts: FactSheet
    private let isDetected: Bool
    private let isPending: Bool

    /// The body for `file`, mostly 12 to 40 kB; `paddingBytes` more if a large answer is wanted.
    static func body(of file: SimulatedFile, paddingBytes: Int = 0) -> [UInt8] {
        var json = JSONWriter(reservingBytes: 32_768 + paddingBytes * 5 / 4)
        let writer = FileObjectWriter(file)
        json.object { body in
            body.key("data")
            body.object { writer.writeObject(to: &$0, paddingBytes: paddingBytes) }
        }
        return json.bytes
    }

    private init(_ file: SimulatedFile) {
        self.file = file
        profile = file.profile
        facts = FactSheet(file, profile: profile)
        if case .detected(engines: 1...) = file.condition { isDetected = true } else { isDetected = false }
        isPending = file.condition == .pending
    }

    private func writeObject(to json: inout JSONWriter, paddingBytes: Int) {
        let id = file.family.sha256.hexadecimal
        json.member("id", id)
        json.member("type", "file")
        if !file.quirks.contains(.withoutLinks) {
            json.key("links")
            json.object { $0.member("self", "https://www.virustotal.com/api/v3/files/\(id)") }
        }
        if file.quirks.contains(.removed) {
            json.key("error")
            json.object {
                $0.member("code", "NotFoundError")
                $0.member("message", "File \"\(id)\" not found")
            }
        } else {
            json.key("attributes")
            json.object { writeAttributes(to: &$0, paddingBytes: paddingBytes) }
        }
    }

    private func writeAttributes(to json: inout JSONWriter, paddingBytes: Int) {
        var generator = SeededGenerator(seed: file.family.seed ^ 0x6174_7472_6962_7500)
        writeIdentity(to: &json)
        if file.quirks.contains(.brokenFacts) {
            BrokenFacts.write(to: &json)
            return writeAnalysis(to: &json)
        }
        writeType(to: &json, &generator)
        writeNames(to: &json, &generator)
        writeDates(to: &json, &generator)
        writeCommunity(to: &json, &generator)
        var isCaught = false
        if isDetected { isCaught = writeThreat(to: &json, &generator) }
        writeSandboxes(isCaught: isCaught, to: &json)
        if profile.type.isPortableExecutable || paddingBytes > 0 {
            PortableExecutableWriter(profile: profile, seed: file.family.seed)
                .write(to: &json, paddingBytes: paddingBytes)
        }
        FactsWriter(facts: facts, profile: profile, seed: file.family.seed, isDetected: isDetected)
            .write(to: &json)
        writeAnalysis(to: &json)
    }

    private func writeIdentity(to json: inout JSONWriter) {
        for (name, hash) in [
            ("md5", file.family.md5), ("sha1", file.family.sha1), ("sha256", file.family.sha256),
        ] { json.member(name, hash.hexadecimal) }
        json.member("size", profile.sizeBytes)
    }

    private func writeType(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        let type = profile.type
        json.member("type_description", type.description)
        json.member("type_tag", type.tag)
        json.member("type_extension", type.fileExtension)
        json.member("type_tags", type.typeTags)
        json.member("tags", tags(checksInput: generator.below(2) == 0))
        json.member("magic", type.magic)
        json.member("magika", type.magika)
        json.key("trid")
        json.array { list in
            var probability = 86.6
            for name in type.trid {
                list.object {
                    $0.member("file_type", name)
                    $0.key("probability")
                    $0.decimal((probability * 10).rounded() / 10)
                }
                probability /= 4
            }
        }
        writeFuzzyHashes(to: &json, &generator)
    }

    private func tags(checksInput: Bool) -> [String] {
        var tags = [profile.type.tag]
        if checksInput { tags.append("checks-user-input") }
        tags += facts.signature?.tags ?? []
        if facts.distributors != nil { tags.append("known-distributor") }
        if facts.trustedBy != nil { tags.append("trusted") }
        return tags + facts.furtherTags
    }

    private func writeFuzzyHashes(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let digits = Array("0123456789ABCDEF")
        let first = String((0..<56).map { _ in generator.pick(letters) })
        let second = String((0..<28).map { _ in generator.pick(letters) })
        json.member("ssdeep", "\(192 << generator.below(6)):\(first):\(second)")
        let tlsh = "T1" + String((0..<70).map { _ in generator.pick(digits) })
        // What is too small for one.
        json.member("tlsh", profile.sizeBytes < 50 ? "TNULL" : tlsh)
        if generator.below(4) > 0 {
            let code = String((0..<9).map { _ in generator.pick(digits) }).lowercased()
            json.member("vhash", "0\(code)z\(generator.below(90) + 10)z")
        }
    }

    private func writeNames(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        let isHostile = file.quirks.contains(.hostileText)
        let names = isHostile ? HostileText.names : file.names ?? profile.fileNames
        json.member("names", names)
        // Absent in 20 of 125 recorded answers, some of which have names.
        if let first = names.first, isHostile || file.names != nil || generator.below(12) > 0 {
            json.member("meaningful_name", first)
        }
    }

    private func writeDates(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        let drawnAnalysis = Int(file.lastAnalysisDate.timeIntervalSince1970)
        // A test that moves the analysis moves the rest of the file's life with it.
        let offset = drawnAnalysis - profile.lastAnalysisSecond
        let analysis = file.rescannedAt.map { Int($0.timeIntervalSince1970) } ?? drawnAnalysis
        let submitted = file.submittedAt.map { Int($0.timeIntervalSince1970) }
        let firstSubmission = submitted ?? profile.firstSubmissionSecond + offset
        json.member("first_submission_date", firstSubmission)
        json.member("last_submission_date", submitted ?? profile.lastSubmissionSecond + offset)
        json.member("last_modification_date", analysis + generator.below(86_400))
        if !isPending { json.member("last_analysis_date", analysis) }
        if generator.below(3) == 0 {
            let seen = firstSubmission - generator.below(86_400)
            json.member("first_seen_itw_date", seen)
        }
    }

    private func writeCommunity(to json: inout JSONWriter, _ generator: inout SeededGenerator) {
        let sources = 1 + generator.below(isDetected ? 40 : 400)
        let times = sources + generator.below(60)
        let votes = generator.below(isDetected ? 30 : 2)
        let drawn = FactSheet.Community(
            timesSubmitted: times, uniqueSources: sources,
            reputation: isDetected ? -votes * 9 : generator.below(3),
            votesHarmless: isDetected ? votes / 6 : votes, votesMalicious: isDetected ? votes : 0)
        let community = facts.community ?? drawn
        json.member("times_submitted", community.timesSubmitted)
        json.member("unique_sources", community.uniqueSources)
        json.member("reputation", community.reputation)
        json.key("total_votes")
        json.object {
            $0.member("harmless", community.votesHarmless)
            $0.member("malicious", community.votesMalicious)
        }
    }

    /// Whether a sandbox has caught the file too.
    private func writeThreat(to json: inout JSONWriter, _ generator: inout SeededGenerator) -> Bool {
        let threat = profile.threat
        let variant = profile.variant.lowercased()
        let drawnCategories = [
            (threat.category, 12 + generator.below(20)), ("trojan", 3 + generator.below(8)),
        ]
        let drawnNames = [(threat.name, 9 + generator.below(20)), (variant, 2)]
        let fixed = file.renamed == nil ? facts.threatWords : nil
        let categories = fixed?.categories ?? drawnCategories
        let names = fixed?.names ?? drawnNames
        let label = "\(categories[0].0).\(names[0].0)/\(names[1].0)"
        json.key("popular_threat_classification")
        json.object { classification in
            let isHostile = file.quirks.contains(.hostileText)
            classification.member("suggested_threat_label", isHostile ? HostileText.label : label)
            classification.key("popular_threat_category")
            writeCounted(categories, to: &classification)
            classification.key("popular_threat_name")
            writeCounted(names, to: &classification)
        }
        return generator.below(3) == 0
    }

    private func writeSandboxes(isCaught: Bool, to json: inout JSONWriter) {
        var sandboxes = facts.sandboxes
        if isCaught {
            sandboxes.insert(
                FactSheet.Sandbox(
                    name: "Zenbox", category: "malicious", classification: ["MALWARE", "EVADER"],
                    malwareNames: [profile.threat.title], confidence: 80 + Int(file.family.seed % 20)),
                at: 0)
        }
        guard !sandboxes.isEmpty else { return }
        json.key("sandbox_verdicts")
        json.object { verdicts in
            for sandbox in sandboxes {
                verdicts.key(sandbox.name)
                verdicts.object {
                    $0.member("category", sandbox.category)
                    $0.member("sandbox_name", sandbox.name)
                    $0.member("malware_classification", sandbox.classification)
                    if !sandbox.malwareNames.isEmpty { $0.member("malware_names", sandbox.malwareNames) }
                    if let confidence = sandbox.confidence { $0.member("confidence", confidence) }
                }
            }
        }
    }

    private func writeCounted(_ values: [(String, Int)], to json: inout JSONWriter) {
        json.array { list in
            for (value, count) in values {
                if file.quirks.contains(.threatPairs) {
                    list.array {
                        $0.string(value)
                        $0.number(count)
                    }
                } else {
                    list.object {
                        $0.member("count", count)
                        $0.member("value", value)
                    }
                }
            }
        }
    }

    private func writeAnalysis(to json: inout JSONWriter) {
        var table = EngineTable(file, profile: profile)
        json.key("last_analysis_results")
        table.write(to: &json)
        // A file without a finished analysis has no statistics either.
        if isPending || file.quirks.contains(.withoutStats) { return }
        json.key("last_analysis_stats")
        json.object { stats in
            for (category, count) in zip(EngineTable.categories, table.counts) {
                stats.member(category, count)
            }
        }
    }
}

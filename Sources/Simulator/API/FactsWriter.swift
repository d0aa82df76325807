import Support

/// Writer of a file object's members beside the findings: signature, distributors, rules, notes, and what a
/// premium key gets besides.
///
/// The bulk is there too: a rule of Sigma's repeats the records that it matched, one of the network rules its
/// own text, a signature its certificates.
///
/// Sources: VirusTotal API v3, "file object"; answers of 2026 for the order of magnitude.
struct FactsWriter {
    let facts: FactSheet
    let profile: ThreatProfile
    let seed: UInt64
    let isDetected: Bool

    /// One match of a Sigma rule has about so many records in recorded answers.
    private static let recordsMax = 25

    func write(to json: inout JSONWriter) {
        if !facts.packers.isEmpty {
            json.key("packers")
            json.object { packers in
                for packer in facts.packers { packers.member(packer.tool, packer.found) }
            }
        }
        if let signature = facts.signature {
            SignatureWriter(signature: signature, facts: facts, profile: profile, seed: seed).write(to: &json)
        }
        writeTrust(to: &json)
        if !facts.yaraRules.isEmpty { writeYARA(to: &json) }
        if !facts.sigmaRules.isEmpty { writeSigma(to: &json) }
        if !facts.networkRules.isEmpty { writeNetworkRules(to: &json) }
        if let note = facts.note { writeNote(note, to: &json) }
        if facts.isPremium { writePremium(to: &json) }
    }

    private func writeTrust(to json: inout JSONWriter) {
        if let known = facts.distributors {
            json.key("known_distributors")
            json.object {
                $0.member("distributors", known.distributors)
                $0.member("filenames", known.fileNames)
                $0.member("products", known.products)
                $0.member("data_sources", known.dataSources)
            }
        }
        if let organization = facts.trustedBy {
            json.key("trusted_verdict")
            json.object {
                $0.member("organization", organization)
                $0.member("verdict", "goodware")
                $0.member("filename", "setup.cab")
            }
        }
    }

    // MARK: - Rules

    private func writeYARA(to json: inout JSONWriter) {
        var generator = SeededGenerator(seed: seed ^ 0x7961_7261_0000_0000)
        json.key("crowdsourced_yara_results")
        json.array { list in
            for rule in facts.yaraRules {
                list.object {
                    $0.member("ruleset_id", PortableExecutableWriter.digest(10, &generator))
                    $0.member("rule_name", rule.name)
                    $0.member("ruleset_name", rule.group)
                    if !rule.description.isEmpty { $0.member("description", rule.description) }
                    $0.member("author", rule.author)
                    $0.member("source", rule.source)
                    $0.member("match_date", profile.lastAnalysisSecond)
                }
            }
        }
    }

    private func writeSigma(to json: inout JSONWriter) {
        var generator = SeededGenerator(seed: seed ^ 0x7369_676D_6100_0000)
        let levels = ["high", "medium", "critical", "low"]
        writeCounts("sigma_analysis_stats", levels, facts.sigmaRules, to: &json)
        json.key("sigma_analysis_summary")
        json.object { summary in
            writeCounts("Sigma Integrated Rule Set (GitHub)", levels, facts.sigmaRules, to: &summary)
        }
        json.key("sigma_analysis_results")
        json.array { list in
            for (place, rule) in facts.sigmaRules.enumerated() {
                list.object {
                    $0.member("rule_level", rule.level)
                    $0.member("rule_description", rule.description)
                    $0.member("rule_source", rule.group)
                    $0.member("rule_title", rule.name)
                    $0.member("rule_id", PortableExecutableWriter.digest(64, &generator))
                    $0.member("rule_author", rule.author)
                    writeMatches(place == 0 ? Self.recordsMax : 1, to: &$0)
                }
            }
        }
    }

    private func writeMatches(_ count: Int, to json: inout JSONWriter) {
        json.key("match_context")
        json.array { list in
            for number in 0..<count {
                list.object { match in
                    match.key("values")
                    match.object {
                        $0.member("EventID", "3")
                        $0.member("Image", "C:\\Users\\user\\Desktop\\\(profile.threat.name).exe")
                        $0.member("DestinationIp", "192.0.2.\(number + 1)")
                        $0.member("DestinationPort", "443")
                    }
                }
            }
        }
    }

    private func writeNetworkRules(to json: inout JSONWriter) {
        writeCounts(
            "crowdsourced_ids_stats", ["high", "medium", "low", "info"], facts.networkRules, to: &json)
        json.key("crowdsourced_ids_results")
        json.array { list in
            for (place, rule) in facts.networkRules.enumerated() {
                list.object {
                    $0.member("rule_category", rule.group)
                    $0.member("alert_severity", rule.level)
                    $0.member("rule_msg", rule.name)
                    $0.member("rule_id", "1:\(2_024_000 + place)")
                    $0.member("rule_source", rule.source)
                    $0.member("rule_raw", "alert ( gid:1; sid:\(2_024_000 + place); msg:\"\(rule.name)\"; )")
                    $0.key("alert_context")
                    $0.array { contexts in
                        for host in 1...4 {
                            contexts.object {
                                $0.member("dest_ip", "198.51.100.\(host)")
                                $0.member("dest_port", 443)
                                $0.member("hostname", "host\(host).example")
                            }
                        }
                    }
                }
            }
        }
    }

    private func writeCounts(
        _ name: String, _ levels: [String], _ rules: [DetectionRule], to json: inout JSONWriter
    ) {
        json.key(name)
        json.object { stats in
            for level in levels { stats.member(level, rules.count { $0.level == level }) }
        }
    }

    // MARK: - Words of machines

    private func writeNote(_ note: FactSheet.Note, to json: inout JSONWriter) {
        json.key("crowdsourced_ai_results")
        json.array { list in
            list.object {
                $0.member("source", note.source)
                $0.member("verdict", note.verdict)
                $0.member("analysis", note.analysis)
                $0.member("category", "code_insight")
                $0.member("id", "\(seed)-file-\(note.source)")
            }
        }
    }

    private func writePremium(to json: inout JSONWriter) {
        let severity = isDetected ? ["SEVERITY_HIGH", "SEVERITY_MEDIUM"][Int(seed % 2)] : "SEVERITY_NONE"
        json.key("gti_assessment")
        json.object { assessment in
            assessment.key("threat_score")
            assessment.object { $0.member("value", isDetected ? 60 + Int(seed % 41) : 1) }
            assessment.key("severity")
            assessment.object { $0.member("value", severity) }
            assessment.key("verdict")
            assessment.object { $0.member("value", isDetected ? "VERDICT_MALICIOUS" : "VERDICT_UNDETECTED") }
            assessment.member("description", "Made up by a simulator.")
        }
        json.key("threat_severity")
        json.object {
            $0.member("version", 5)
            $0.member("threat_severity_level", severity)
            $0.key("threat_severity_data")
            $0.object { _ in }
            // A string, and not when the engines last looked.
            $0.member("last_analysis_date", "\(profile.lastAnalysisSecond - 86_400)")
            $0.member("level_description", "Made up by a simulator.")
        }
        json.member("capabilities_tags", isDetected ? ["network_tcp_socket", "keylogger"] : [])
        json.key("downloadable")
        json.boolean(true)
    }
}

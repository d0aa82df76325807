import Model

/// File objects made up for the tests of facts, in VirusTotal's form.
enum FactSamples {
    /// What must never be read: the bulk of an answer, and fields that VirusTotal gave up.
    static let bulk = "BULK"

    /// An answer with every fact, but for its identity.
    static let everything = """
        "type_tag":"peexe","type_tags":["executable","windows"],"type_extension":"exe",
        "magic":"PE32 executable","magika":"PEBIN","size":68,"meaningful_name":"a.exe","reputation":3795,
        "trid":[{"file_type":"Visual Basic 6","probability":86.6},{"file_type":"Other","probability":4.7}],
        "packers":{"PEiD":"UPX 3"},
        "detectiteasy":{"filetype":"PE32","values":[
            {"version":"6.0","type":"Compiler","name":"Visual Basic"},{"type":"Linker","name":"Linker"}]},
        "tags":["peexe","known-distributor"],"names":["a.exe","b.exe"],
        "pe_info":{"imphash":"66c305d6ea9a3d978b9cf0354edb398e","sections":[{"name":"BULK"}]},
        "vhash":"0240361d051z","tlsh":"T1AA","ssdeep":"96:a:b","authentihash":"8fcc",
        "creation_date":1270596357,
        "signature_info":{"verified":"Signed","signers":"Example Ltd.; Example CA; Example Root",
            "signing date":"07:54 AM 08/28/2025","product":"Desktop","description":"Updater",
            "original name":"u.exe","internal name":"u","file version":"1.0",
            "signers details":[{"name":"BULK","status":"Valid"}],"x509":[{"name":"BULK"}]},
        "times_submitted":1164054,"unique_sources":3557,"last_submission_date":1789584885,
        "first_seen_itw_date":1339694174,
        "known_distributors":{"distributors":["OffSec"],"products":["Kali","BlackArch"],
            "filenames":["BULK"],"data_sources":["NSRL"]},
        "trusted_verdict":{"organization":"Example Corporation","verdict":"goodware","filename":"BULK"},
        "total_votes":{"harmless":2304,"malicious":419},
        "popular_threat_classification":{"suggested_threat_label":"virus.eicar/test",
            "popular_threat_category":[{"count":1,"value":"trojan"},{"count":12,"value":"virus"}],
            "popular_threat_name":[{"count":34,"value":"file"},{"count":57,"value":"eicar"},
                {"count":46,"value":"test"}]},
        "sandbox_verdicts":{
            "Yomi Hunter":{"category":"harmless","malware_classification":["CLEAN"],
                "sandbox_name":"Yomi Hunter"},
            "Zenbox":{"category":"malicious","malware_classification":["MALWARE"],
                "sandbox_name":"Zenbox","malware_names":["EICAR"],"confidence":56}},
        "crowdsourced_yara_results":[{"rule_name":"SUSP_Just_EICAR","ruleset_name":"gen_suspicious",
            "author":"A. Example","source":"https://example.test/rules","description":"BULK"}],
        "sigma_analysis_stats":{"high":1,"medium":0,"critical":0,"low":2},
        "sigma_analysis_results":[
            {"rule_title":"Logon","rule_level":"low","rule_id":"8919","match_context":[{"values":{"x":"BULK"}}]},
            {"rule_title":"Shadow copies","rule_level":"high","rule_id":"77",
                "match_context":[{"values":{"x":"BULK"}}]}],
        "crowdsourced_ids_stats":{"high":1,"medium":0,"low":1,"info":0},
        "crowdsourced_ids_results":[
            {"rule_msg":"(tcp) options","alert_severity":"low","rule_raw":"BULK",
                "alert_context":[{"src_ip":"BULK"}]},
            {"rule_msg":"CnC checkin","alert_severity":"high","rule_raw":"BULK"}],
        "crowdsourced_ai_results":[{"source":"palm","verdict":"","category":"code_insight",
            "analysis":"A test string.\\n","id":"BULK"}],
        "gti_assessment":{"threat_score":{"value":80},"severity":{"value":"SEVERITY_LOW"},
            "verdict":{"value":"VERDICT_MALICIOUS"},"description":"BULK"},
        "threat_severity":{"threat_severity_level":"SEVERITY_HIGH","last_analysis_date":"1681045097",
            "level_description":"BULK"},
        "nsrl_info":{"products":["BULK"]},"monitor_info":{"organizations":["BULK"]},
        "last_analysis_date":1789584677,"first_submission_date":1148301722
        """

    /// What every fact in it is: the elements of each field with their parts.
    static let everyFact: [FactField: [[String?]]] = [
        .typeTag: [["peexe"]], .typeTags: [["executable"], ["windows"]], .typeExtension: [["exe"]],
        .magic: [["PE32 executable"]], .magika: [["PEBIN"]], .trid: [["Visual Basic 6", "86.6"]],
        .packers: [["UPX 3"], ["Visual Basic 6.0 (Compiler)"], ["Linker (Linker)"]],
        .tags: [["peexe"], ["known-distributor"]], .names: [["a.exe"], ["b.exe"]], .namesCount: [["2"]],
        .imphash: [["66c305d6ea9a3d978b9cf0354edb398e"]], .vhash: [["0240361d051z"]], .tlsh: [["T1AA"]],
        .ssdeep: [["96:a:b"]], .authentihash: [["8fcc"]], .created: [["1270596357"]],
        .signature: [["valid"]], .signers: [["Example Ltd."], ["Example CA"], ["Example Root"]],
        .signedAt: [["07:54 AM 08/28/2025"]], .product: [["Desktop"]], .description: [["Updater"]],
        .originalName: [["u.exe"]], .internalName: [["u"]], .fileVersion: [["1.0"]],
        .timesSubmitted: [["1164054"]], .uniqueSources: [["3557"]], .lastSubmitted: [["1789584885"]],
        .firstSeenInTheWild: [["1339694174"]], .distributors: [["OffSec"]],
        .distributedProducts: [["Kali"], ["BlackArch"]], .distributorSources: [["NSRL"]],
        .trustedBy: [["Example Corporation"]], .votesHarmless: [["2304"]], .votesMalicious: [["419"]],
        .threatCategories: [["virus", "12"], ["trojan", "1"]],
        .threatFamilies: [["eicar", "57"], ["test", "46"], ["file", "34"]],
        .sandboxes: [["Zenbox", "malicious", "56"], ["Yomi Hunter", "harmless", nil]],
        .sandboxNames: [["EICAR"]],
        .yaraRules: [["SUSP_Just_EICAR", "gen_suspicious", "A. Example", "https://example.test/rules"]],
        .sigmaCounts: [["0", "1", "0", "2"]],
        .sigmaRules: [["Shadow copies", "high", "77"], ["Logon", "low", "8919"]],
        .idsCounts: [["1", "0", "1", "0"]], .idsMessages: [["CnC checkin"], ["(tcp) options"]],
        .aiNotes: [["A test string.", "palm", "code_insight"]], .gtiVerdict: [["malicious"]],
        .gtiScore: [["80"]], .threatSeverity: [["high"]],
    ]

    /// Engines that find something: one malicious, one not.
    static let engines = """
        "last_analysis_stats":{"malicious":1,"undetected":1},
        "last_analysis_results":{"Fortinet":{"category":"malicious","result":"W32/Sample.A!tr"},
            "Other":{"category":"undetected","result":null}}
        """

    /// The facts in an answer with these attributes.
    static func facts(_ attributes: String) throws -> FileFacts? {
        try Samples.object(attributes)?.facts
    }
}

extension FileFacts {
    /// The elements of every field that is there.
    var all: [FactField: [[String?]]] {
        var all: [FactField: [[String?]]] = [:]
        for field in FactField.allCases {
            let elements = elements(field)
            if !elements.isEmpty { all[field] = elements }
        }
        return all
    }
}

import Foundation
import Model
import Testing

@Suite struct FileFactsReaderTests {
    @Test func everyFactIsRead() throws {
        let facts = try #require(try FactSamples.facts(FactSamples.everything))
        for field in FactField.allCases {
            #expect(facts.elements(field) == FactSamples.everyFact[field], "\(field)")
        }
        #expect(facts.date(.created) == Date(timeIntervalSince1970: 1_270_596_357))
    }

    @Test func factsStandInTheOrderOfTheirFields() throws {
        let stored = try #require(try FactSamples.facts(FactSamples.everything)).stored
        // A record separator ends each.
        let letters = stored.split(separator: 0x1E).compactMap(\.first)
        #expect(letters == FactField.allCases.map(\.rawValue))
    }

    @Test func elementsHaveThePartsThatTheirFieldSays() throws {
        let facts = try #require(try FactSamples.facts(FactSamples.everything))
        for field in FactField.allCases {
            let isNumber: [Bool] =
                switch field.kind {
                case .elements(let parts): parts.map(\.isNumber)
                case .counts(let names): names.map { _ in true }
                case .number, .date: [true]
                case .text, .texts: [false]
                }
            for element in facts.elements(field) {
                #expect(element.count == isNumber.count, "\(field)")
                for (value, mustBeNumber) in zip(element, isNumber) where mustBeNumber {
                    #expect(value.map { Double($0) != nil } ?? true, "\(field)")
                }
            }
        }
    }

    @Test func theBulkOfAnAnswerIsNotKept() throws {
        let facts = try #require(try FactSamples.facts(FactSamples.everything))
        #expect(!String(decoding: facts.stored, as: UTF8.self).contains(FactSamples.bulk))
    }

    @Test(arguments: ["", #""last_analysis_results":{}"#, FactSamples.engines])
    func anAnswerThatTellsNothingHasFactsThatAreEmpty(_ attributes: String) throws {
        #expect(try FactSamples.facts(attributes) == FileFacts())
    }

    @Test func factsAreReadWhileNoAnalysisHasFinished() throws {
        let object = try #require(
            try Samples.object(FactSamples.everything + #","last_analysis_results":{}"#))
        #expect(object.engines.isEmpty)
        #expect(object.facts?.all == FactSamples.everyFact)
    }

    @Test func factsDoNotTouchTheFindings() throws {
        let with = try #require(try Samples.object(FactSamples.everything + "," + FactSamples.engines))
        let without = try #require(try Samples.object(FactSamples.engines))
        #expect(with.engines == without.engines)
        #expect(with.threatLabel == "virus.eicar/test")
        // Not that of `threat_severity`.
        #expect(with.lastAnalysisDate == Date(timeIntervalSince1970: 1_789_584_677))
    }

    // MARK: - Signatures

    @Test(
        arguments: [
            (#"{"verified":"Signed"}"#, .valid), (#"{"verified":"signed "}"#, .valid),
            (#"{"verified":"Valid"}"#, .valid), (#"{"verified":"Unsigned"}"#, .unsigned),
            (#"{"verified":"A certificate was explicitly revoked by its issuer."}"#, .revoked),
            (
                #"{"verified":"A certificate or one of the certificates in the chain is not time valid."}"#,
                .expired
            ),
            (
                #"{"verified":"A required certificate is not within its validity period when verifying."}"#,
                .expired
            ),
            (#"{"verified":"The certificate is not time valid, and it was revoked."}"#, .revoked),
            (#"{"verified":"The digital signature of the object did not verify."}"#, .invalid),
            (#"{"verified":"The revocation process could not continue."}"#, .invalid),
            (#"{"verified":"MissingPlist"}"#, .invalid), (#"{"verified":"Not signed"}"#, .invalid),
            // Only the version resource.
            (#"{"product":"Sin AV","original name":"nuevo4.exe"}"#, .unsigned),
            (#"{"verified":"","product":"Sin AV"}"#, .unsigned),
            (#"{"verified":null,"product":"Sin AV"}"#, .unsigned),
            // A signature is there, and what is to be thought of it is not told.
            (#"{"signers":"Example Ltd."}"#, .invalid), (#"{"x509":[{}]}"#, .invalid),
            (#"{"CDHash":"b3ff","Format":"Mach-O"}"#, .invalid),
            ("{}", nil), (#"{"product":null}"#, nil), (#"{"verified":7,"product":"x"}"#, nil),
            (#""Signed""#, nil), ("[]", nil), ("null", nil),
        ] as [(String, SignatureState?)])
    func signatureInOneWord(_ info: String, _ state: SignatureState?) throws {
        let facts = try FactSamples.facts(#""signature_info":\#(info)"#)
        #expect(facts?.text(.signature) == state?.rawValue)
    }

    @Test(
        arguments: [
            ("A; B; C", ["A", "B", "C"]), ("A", ["A"]), (" A Co.,Ltd. ;B", ["A Co.,Ltd.", "B"]),
            (";;A;", ["A"]), (";", []), ("", []), ("1;2;3;4;5;6;7", ["1", "2", "3", "4", "5"]),
        ] as [(String, [String])])
    func signersAreSplitAtSemicolons(_ text: String, _ signers: [String]) throws {
        let facts = try FactSamples.facts(#""signature_info":{"signers":"\#(text)"}"#)
        #expect(facts?.texts(.signers) == signers)
    }

    @Test func aSignatureOfMacOSHasItsDateUnderAnotherKey() throws {
        let facts = try FactSamples.facts(
            #""signature_info":{"verified":"Signed","Timestamp":"Jun 23, 2020 at 2:21:00 AM"}"#)
        #expect(facts?.text(.signedAt) == "Jun 23, 2020 at 2:21:00 AM")
    }

    // MARK: - Traps

    @Test(
        arguments: [
            (#"[["trojan",19],["worm",24]]"#, [["worm", "24"], ["trojan", "19"]]),
            (#"[["trojan","19"],["worm"],[],[7,3]]"#, [["trojan", "19"], ["worm", nil]]),
            (
                #"[{"value":"a","count":5},{"value":"b","count":5},{"value":"c"},{"count":9},7]"#,
                [["a", "5"], ["b", "5"], ["c", nil]]
            ), (#"[{"value":"a","count":-5}]"#, [["a", nil]]), (#"{"value":"a"}"#, []),
        ] as [(String, [[String?]])])
    func wordsByTheNumberOfEnginesInBothForms(_ list: String, _ words: [[String?]]) throws {
        let facts = try FactSamples.facts(
            #""popular_threat_classification":{"popular_threat_name":\#(list)}"#)
        #expect(facts?.elements(.threatFamilies) == words)
    }

    @Test(
        arguments: [
            (#"{"organization":"X","verdict":"goodware"}"#, "X"),
            (#"{"organization":"X","verdict":"malware"}"#, nil), (#"{"organization":"X"}"#, nil),
            (#"{"verdict":"goodware"}"#, nil),
        ] as [(String, String?)])
    func trustIsAnOrganizationsWordForAGoodFile(_ verdict: String, _ organization: String?) throws {
        let facts = try FactSamples.facts(#""trusted_verdict":\#(verdict),"known_distributors":{}"#)
        #expect(facts?.text(.trustedBy) == organization)
        #expect(facts?.texts(.distributors) == [])
    }

    @Test(
        arguments: [
            (#""gti_assessment":{"verdict":{"value":"VERDICT_MALICIOUS"}}"#, "malicious", nil, nil),
            (#""gti_assessment":{"verdict":"VERDICT_UNDETECTED","threat_score":1}"#, "undetected", 1, nil),
            (#""gti_assessment":{"verdict":{"value":"harmless"}}"#, "harmless", nil, nil),
            (#""gti_assessment":{"verdict":{"value":7},"threat_score":{"value":"80"}}"#, nil, 80, nil),
            (#""gti_assessment":{"severity":{"value":"SEVERITY_LOW"}}"#, nil, nil, "low"),
            (#""threat_severity":{"threat_severity_level":"SEVERITY_NONE"}"#, nil, nil, "none"),
        ] as [(String, String?, Int?, String?)])
    func premiumWordsInTheirForms(
        _ attributes: String, _ verdict: String?, _ score: Int?, _ severity: String?
    ) throws {
        let facts = try FactSamples.facts(attributes)
        #expect(facts?.text(.gtiVerdict) == verdict)
        #expect(facts?.number(.gtiScore) == score)
        #expect(facts?.text(.threatSeverity) == severity)
    }

    @Test func aFileThatIsTooSmallForATLSHHasNone() throws {
        #expect(try FactSamples.facts(#""tlsh":"TNULL","vhash":"x""#)?.text(.tlsh) == nil)
    }

    @Test(
        arguments: [
            ("86.6", "86.6"), ("100", "100"), ("100.0", "100"), ("0", "0"), ("4.74", "4.7"), ("\"7\"", "7"),
            ("101", nil), ("-1", nil), ("1e300", nil), ("true", nil),
        ] as [(String, String?)])
    func probabilitiesAreNumbers(_ written: String, _ percent: String?) throws {
        let facts = try FactSamples.facts(#""trid":[{"file_type":"A","probability":\#(written)}]"#)
        #expect(facts?.elements(.trid) == [["A", percent]])
    }

    @Test func textsOfOthersCannotPassForFacts() throws {
        let facts = try #require(
            try FactSamples.facts(
                #""type_tag":"a\u001eQvalid","tags":["b\u001fc","\u001f","\u0000"],"magic":"\u001d\u001e""#))
        #expect(facts.text(.typeTag) == "aQvalid" && facts.text(.signature) == nil)
        #expect(facts.texts(.tags) == ["bc", "\u{FFFD}"])
        #expect(facts.text(.magic) == nil)
    }
}

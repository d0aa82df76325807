import Curl
import Foundation
import Model
import Testing
import VirusTotal

@Suite struct FilePayloadTests {
    // MARK: - A usual answer

    @Test func usualFieldsAreRead() throws {
        let object = try #require(
            try Samples.object(
                """
                "size":68,"names":["b.exe"],"meaningful_name":"a.exe","type_description":"Win32 EXE",
                "reputation":-562,
                "first_submission_date":1700000000,"last_analysis_date":1700000100,
                "popular_threat_classification":{"suggested_threat_label":"trojan.sample/x"},
                "last_analysis_stats":{"malicious":1,"type-unsupported":0},
                "last_analysis_results":{"Fortinet":{"method":"blacklist","engine_name":"Fortinet",
                    "engine_version":"None",
                    "engine_update":null,"category":"malicious","result":"W32/Sample.A!tr"}}
                """))
        #expect(object.hashes == [Samples.md5, Samples.sha1, Samples.sha256])
        #expect(object.sizeBytes == 68)
        #expect(object.meaningfulName == "a.exe")
        #expect(object.typeDescription == "Win32 EXE")
        #expect(object.reputation == -562)
        #expect(object.firstSubmissionDate == Date(timeIntervalSince1970: 1_700_000_000))
        #expect(object.lastAnalysisDate == Date(timeIntervalSince1970: 1_700_000_100))
        #expect(object.threatLabel == "trojan.sample/x")
        #expect(
            object.engines == ["Fortinet": EngineFinding(category: .malicious, result: "W32/Sample.A!tr")])
    }

    @Test(arguments: [Samples.md5, Samples.sha1, Samples.sha256])
    func answerIsGoodForEachOfTheThreeNames(_ hash: FileHash) throws {
        #expect(try Samples.answer(200, Samples.file()).answer(asked: hash).isKnown)
    }

    @Test func upperCaseHashesAreTheSame() throws {
        let identity =
            Samples.identity.replacingOccurrences(
                of: Samples.md5.hexadecimal, with: Samples.md5.hexadecimal.uppercased())
        #expect(try Samples.answer(200, Samples.file(identity: identity)).answer(asked: Samples.md5).isKnown)
    }

    // MARK: - Fortinet's five states

    @Test(arguments: [
        (#"{"category":"malicious","result":"X"}"#, VendorFinding.detected("X")),
        (#"{"category":"suspicious","result":"X"}"#, .detected("X")),
        (#"{"category":"malicious","result":null}"#, .detected("malicious")),
        (#"{"category":"malicious","result":" "}"#, .detected("malicious")),
        (#"{"category":"malicious","result":{"a":1}}"#, .detected("malicious")),
        (#"{"category":"MALICIOUS","result":"X"}"#, .detected("X")),
        (#"{"category":"undetected","result":null}"#, .undetected),
        (#"{"category":"harmless"}"#, .undetected),
        (#"{"category":"confirmed-timeout","result":null}"#, .couldNotScan(.confirmedTimeout)),
        (#"{"category":"type-unsupported","result":"x"}"#, .couldNotScan(.typeUnsupported)),
        (#"{"category":"brand-new"}"#, .couldNotScan(EngineCategory(rawValue: "brand-new"))),
        (#"{"category":7}"#, .couldNotScan(EngineCategory(rawValue: "unreadable"))),
        (#""malicious""#, .couldNotScan(EngineCategory(rawValue: "unreadable"))),
        ("null", .couldNotScan(EngineCategory(rawValue: "unreadable"))),
    ])
    func findingOfAVendor(_ row: String, _ finding: VendorFinding) throws {
        let object = try Samples.object(
            #""last_analysis_results":{"Other":{"category":"undetected"},"Fortinet":\#(row)}"#)
        #expect(object?.finding(of: "Fortinet") == finding)
        #expect(object?.finding(of: "Other") == .undetected)
    }

    @Test func vendorWithoutARow() throws {
        let object = try Samples.object(#""last_analysis_results":{"Other":{"category":"undetected"}}"#)
        #expect(object?.finding(of: "Fortinet") == .noRow)
    }

    @Test(arguments: [
        "", #""last_analysis_results":{}"#, #""last_analysis_results":null"#,
        #""last_analysis_results":{},"last_analysis_stats":{"malicious":0}"#,
        #""last_analysis_results":{},"last_analysis_stats":"none""#,
    ])
    func noRowsMeanNoAnalysisYet(_ attributes: String) throws {
        let object = try Samples.object(attributes)
        #expect(object?.finding(of: "Fortinet") == .noAnalysisYet)
        #expect(object?.lastAnalysisDate == nil)
    }

    @Test func detectionsWithoutRowsAreNotTakenForNoAnalysis() {
        for results in ["", #","last_analysis_results":{}"#, #","last_analysis_results":null"#] {
            let body = Samples.file(#""last_analysis_stats":{"malicious":9}"# + results)
            #expect(Samples.failure(200, body)?.isUnreadable == true)
        }
        for results in ["[]", "7", #""x""#] {
            let body = Samples.file(#""last_analysis_results":\#(results)"#)
            #expect(Samples.failure(200, body)?.isUnreadable == true)
        }
    }

    @Test func detectionsThatTheStatisticsCountMustStandInTheRows() throws {
        // As it would look if the word for a detection changed.
        let renamed = Samples.file(
            #""last_analysis_stats":{"malicious":2},"last_analysis_results":"#
                + #"{"A":{"category":"bad"},"B":{"category":"malicious"}}"#)
        #expect(Samples.failure(200, renamed)?.isUnreadable == true)
        let old = try Samples.object(
            #""last_analysis_stats":{"malicious":1,"suspicious":null},"last_analysis_results":"#
                + #"{"A":{"category":"suspicious"},"B":{"category":"malicious"}}"#)
        #expect(old?.detectionCount == 2)
    }

    @Test func tooManyEnginesAreRefused() throws {
        func body(_ count: Int) -> String {
            let rows = (0..<count).map { #""E\#($0)":{"category":"undetected"}"# }
            return Samples.file(#""last_analysis_results":{\#(rows.joined(separator: ","))}"#)
        }
        #expect(Samples.failure(200, body(1000)) == nil)
        #expect(Samples.failure(200, body(1001))?.sentence.contains("1000") == true)
    }

    // MARK: - Fields of a wrong type cost only themselves

    @Test func wrongTypesCostOnlyTheirField() throws {
        let object = try #require(
            try Samples.object(
                """
                "size":[],"names":7,"meaningful_name":{"a":1},"type_description":["x"],"reputation":"many",
                "first_submission_date":true,"last_analysis_date":{},"popular_threat_classification":"trojan",
                "last_analysis_results":{"Fortinet":{"category":"malicious","result":"X"}}
                """))
        #expect(object.finding(of: "Fortinet") == .detected("X"))
        #expect(object.sizeBytes == nil && object.meaningfulName == nil && object.typeDescription == nil)
        #expect(
            object.reputation == nil && object.firstSubmissionDate == nil && object.lastAnalysisDate == nil)
        #expect(object.threatLabel == nil)
    }

    @Test(
        arguments: [
            ("68", 68), ("68.0", 68), (#""68""#, 68), ("6.8e1", 68), ("-1", nil), ("1e300", nil),
            ("null", nil),
            ("9223372036854775808", nil),
        ] as [(String, Int64?)])
    func numbersInOtherClothes(_ text: String, _ value: Int64?) throws {
        #expect(try Samples.object(#""size":\#(text)"#)?.sizeBytes == value)
    }

    @Test(arguments: ["0", "-5", "253402300800", "1e18"])
    func datesOutsideTheCalendarAreNone(_ text: String) throws {
        #expect(try Samples.object(#""last_analysis_date":\#(text)"#)?.lastAnalysisDate == nil)
    }

    @Test(
        arguments: [
            (#""names":[".",7,"\#u{FFFD}\#u{FFFD}"," ","ok.exe","later"]"#, "ok.exe"),
            (#""names":["  файл.exe "]"#, "файл.exe"), (#""names":["7"],"meaningful_name":"""#, "7"),
            (#""names":[]"#, nil), (#""names":["a\u0000b"]"#, "a\u{FFFD}b"),
        ] as [(String, String?)])
    func nameIsTheMeaningfulOrElseTheFirstSensible(_ attributes: String, _ name: String?) throws {
        #expect(try Samples.object(attributes)?.meaningfulName == name)
    }

    @Test func longTextsAreCut() throws {
        let long = String(repeating: "a\u{301}", count: 1_000)
        let object = try Samples.object(
            #""meaningful_name":"\#(long)","last_analysis_results":{"#
                + #""F":{"category":"malicious","result":"\#(long)"}}"#
        )
        #expect(object?.meaningfulName?.unicodeScalars.count == 1_000)
        #expect(object?.engines["F"]?.result?.unicodeScalars.count == 300)
    }

    @Test(
        arguments: [
            (#"{"suggested_threat_label":"trojan."}"#, "trojan."),
            (
                #"{"popular_threat_category":[["trojan",19]],"popular_threat_name":[["hosts2",6],["x",1]]}"#,
                "trojan.hosts2"
            ),
            (#"{"popular_threat_category":[{"value":"trojan","count":24}]}"#, "trojan"),
            (
                #"{"popular_threat_category":[7,{"count":1},{"value":"worm"}],"popular_threat_name":{}}"#,
                "worm"
            ), ("{}", nil),
        ] as [(String, String?)])
    func threatLabelInAllItsForms(_ classification: String, _ label: String?) throws {
        #expect(
            try Samples.object(#""popular_threat_classification":\#(classification)"#)?.threatLabel == label)
    }

    // MARK: - Identity

    @Test func answerAboutAnotherFileIsRefused() {
        let answer = Samples.answer(200, Samples.file())
        #expect(throws: VirusTotalError.wrongIdentity(asked: Samples.other, got: Samples.md5)) {
            try answer.answer(asked: Samples.other)
        }
    }

    @Test func answerNamedLikeTheKeyIsNotRepeated() {
        let identity = #""md5":"\#(Samples.md5)","sha1":"\#(Samples.sha1)","sha256":"\#(Samples.keyText)""#
        let answer = Samples.answer(200, Samples.file(identity: identity))
        let error = #expect(throws: VirusTotalError.self) { try answer.answer(asked: Samples.sha256) }
        #expect(error?.isUnreadable == true)
    }

    @Test(arguments: [
        #""sha1":"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8""#, #""md5":null"#,
        #""md5":"0cc175b9c0f1b6a831c399e269772661","sha1":"xyz","sha256":"00""#,
        #""md5":"0cc175b9c0f1b6a831c399e269772661","sha1":"0cc175b9c0f1b6a831c399e269772661","sha256":1"#,
    ])
    func missingOrMalformedHashesAreUnreadable(_ identity: String) {
        #expect(Samples.failure(200, Samples.file(identity: identity))?.isUnreadable == true)
    }

    @Test func objectWithAnErrorInsteadOfAttributes() {
        let body = #"{"data":{"type":"file","error":{"code":"NotFoundError","message":"file removed"}}}"#
        #expect(Samples.failure(200, body) == .fileWithdrawn(message: "file removed"))
    }

    @Test func objectOfAnotherTypeIsUnreadable() {
        let body = Samples.file().replacingOccurrences(of: #""type":"file""#, with: #""type":"url""#)
        #expect(Samples.failure(200, body)?.isUnreadable == true)
    }

    // MARK: - Hostile bodies

    @Test(arguments: [
        "", " ", "null", "[]", "{}", "7", #"{"data":null}"#, #"{"data":[]}"#, #"{"data":{"attributes":[]}}"#,
        "<html>portal</html>", "\u{FEFF}", "{\"data\":{\"attributes\":{", "\0\0\0",
    ])
    func otherBodiesAreUnreadable(_ body: String) {
        #expect(Samples.failure(200, body)?.isUnreadable == true)
    }

    @Test(arguments: ["[", #"{"data":"#, #"{"data":{"attributes":{"x":["#])
    func deepNestingIsUnreadableAndNoCrash(_ opening: String) {
        #expect(Samples.failure(200, String(repeating: opening, count: 100_000))?.isUnreadable == true)
        #expect(Samples.failure(404, String(repeating: opening, count: 100_000))?.isUnreadable == true)
    }

    @Test(arguments: [
        #""magic":"\ud800""#, #""magic":"\udc00\ud800 \\\ud83d\ude00""#, #""\ud83d":1"#,
        #""pe_info":{"x":[1e999]}"#,
        #""serial":12345678901234567890123"#, #""serial":-123456789012345678901234567890"#,
        #""x":["\\",1e400]"#,
    ])
    func whatOtherReadersTakeDoesNoHarm(_ attribute: String) throws {
        let object = try Samples.object(attribute + #","meaningful_name":"ok \ud83d\ude00 \"1e999","size":7"#)
        #expect(object?.sizeBytes == 7)
        #expect(object?.meaningfulName == "ok 😀 \"1e999")
    }

    @Test func invalidTextInAnUnusedFieldDoesNoHarm() throws {
        #expect(try Samples.object(#""magic":"\ud800","meaningful_name":"\ud800","size":1"#)?.sizeBytes == 1)
        var body = Array(Samples.file(#""magic":"?","size":1"#).utf8)
        body[try #require(body.firstIndex(of: UInt8(ascii: "?")))] = 0xFF
        let response = CurlResponse(status: 200, body: body)
        let answer = VirusTotalAnswer(response: response, key: Samples.key, receivedAt: Samples.now)
        #expect(try answer.answer(asked: Samples.md5).isKnown)
    }
}

extension LookupAnswer.Answer {
    var isKnown: Bool { if case .known = self { true } else { false } }
}

extension VirusTotalError {
    var isUnreadable: Bool { if case .unreadableAnswer = self { true } else { false } }
}

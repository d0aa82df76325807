import Curl
import Model
import Testing
import VirusTotal

@Suite struct APIKeyTests {
    @Test func spaceAndLineEndsAroundTheKeyAreDropped() throws {
        #expect(APIKey(" \t\(Samples.keyText)\r\n") == Samples.key)
    }

    @Test(arguments: [
        "", " \n", "two words", "a\nb", "schlüssel", "a\u{7F}b", String(repeating: "a", count: 513),
    ])
    func textThatIsNoKeyIsRefused(_ text: String) {
        #expect(APIKey(text) == nil)
    }

    @Test func otherFormsAreAllowedAndTold() {
        #expect(Samples.key.hasUsualForm)
        #expect(APIKey("simulator-key")?.hasUsualForm == false)
        #expect(APIKey(String(repeating: "g", count: 64))?.hasUsualForm == false)
    }

    @Test func keyShowsItselfToNobody() throws {
        let endpoint = try VirusTotalEndpoint("http://127.0.0.1:9")
        let client = VirusTotalClient(endpoint: endpoint, key: Samples.key, curl: try CurlClient())
        var dumped = ""
        dump(Samples.key, to: &dumped)
        dump(client, to: &dumped)
        dump([Optional(Samples.key)], to: &dumped)
        let texts = [
            dumped, "\(Samples.key)", String(reflecting: Samples.key),
            String(describing: Optional(Samples.key)),
            "\(client)", String(reflecting: client), String(reflecting: Mirror(reflecting: Samples.key)),
        ]
        for text in texts { #expect(!text.contains(Samples.keyText.prefix(8))) }
        #expect("\(Samples.key)" == "«redacted»")
    }

    @Test(arguments: [400, 401, 403, 404, 409, 429, 500, 503])
    func keyThatVirusTotalRepeatsIsInNoError(_ status: Int) throws {
        let echoes = [
            Samples.keyText, Samples.keyText.uppercased(), "x\(Samples.keyText.prefix(20))x",
            String(repeating: " ", count: 180) + Samples.keyText, "\\u00e4" + Samples.keyText,
        ]
        let codes = [
            "BadRequestError", "InvalidArgumentError", "ForbiddenError", "NotFoundError", Samples.keyText,
        ]
        for echo in echoes {
            for code in codes {
                let body = Samples.error(code, "Resource: wrong API key: \(echo)")
                let headers = [("Content-Type", "application/json"), ("Location", echo)]
                let error = try #require(Samples.failure(status, body, headers: headers))
                var texts = [error.sentence, "\(error)", String(reflecting: error), error.description]
                var dumped = ""
                dump(error, to: &dumped)
                texts.append(dumped)
                for text in texts {
                    #expect(!text.lowercased().contains(Samples.keyText.prefix(8)), "\(status) \(code)")
                }
            }
        }
    }

    @Test func ordinaryTextIsNotRedacted() {
        let text = #"File "\#(Samples.sha256)" not found äöü"#
        #expect(Samples.key.redact(in: text) == text)
        #expect(Samples.key.redact(in: "a \(Samples.keyText)!") == "a «redacted»!")
    }
}

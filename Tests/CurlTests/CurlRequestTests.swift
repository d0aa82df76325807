import Curl
import Testing

@Suite struct CurlRequestTests {
    private func failure(_ request: CurlRequest) async throws -> CurlError? {
        let client = try CurlClient()
        return await #expect(throws: CurlError.self) { try await client.perform(request) }
    }

    @Test(arguments: ["a\r\nX-Other: b", "a\nb", "a\0b", "a\u{7F}"])
    func headerValueWithControlCharacterIsRefusedAndNotRepeated(_ value: String) async throws {
        let error = try await failure(
            CurlRequest(url: "http://127.0.0.1:1/", headers: [("x-apikey", value + "secret")]))
        #expect(error?.kind == .invalidRequest)
        #expect(error?.sentence.contains("x-apikey") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: ["", "X Y", "X:Y", "X\r\n", "Schlüssel"])
    func headerNameThatIsNoTokenIsRefused(_ name: String) async throws {
        let error = try await failure(CurlRequest(url: "http://127.0.0.1:1/", headers: [(name, "v")]))
        #expect(error?.kind == .invalidRequest)
    }

    @Test(arguments: [
        "", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/",
        "http://a/\r\nX: y",
        "http://a/\0", "http://user:hunter2@127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:99999/",
        "http://ä.example/",
    ])
    func urlThatCannotBeAskedIsRefused(_ url: String) async throws {
        let error = try await failure(CurlRequest(url: url))
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func secretsAreInNoDescription() {
        let request = CurlRequest(url: "http://127.0.0.1/", headers: [("x-apikey", "topsecret")])
        var dumped = ""
        dump(request, to: &dumped)
        for text in [
            "\(request)", String(reflecting: request), String(describing: Optional(request)), dumped,
        ] {
            #expect(!text.contains("topsecret"))
            #expect(text.contains("x-apikey"))
        }
    }
}

@Suite struct CurlURLTests {
    @Test func partsAreThoseThatLibcurlUses() throws {
        let url = try CurlURL("HTTPS://Example.ORG:8443/a/b?c=d#e")
        #expect(url.scheme == "https")
        #expect(url.host == "example.org")
        #expect(url.port == 8443)
        #expect(url.path == "/a/b")
        #expect(url.query == "c=d")
        #expect(url.fragment == "e")
        #expect(try CurlURL("http://example.org").path == "/")
    }

    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.255.1.2", "127.1", "[::1]", "0x7f.1"])
    func loopbackHosts(_ host: String) throws {
        #expect(try CurlURL("http://\(host):80/").isLoopback)
    }

    @Test(arguments: [
        "localhost.example", "128.0.0.1", "127.0.0.1.example", "[::2]", "0.0.0.0", "example.org",
        "127.evil.example.x",
    ])
    func otherHosts(_ host: String) throws {
        #expect(try !CurlURL("http://\(host)/").isLoopback)
    }
}

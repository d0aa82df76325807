import Testing
import VirusTotal

@Suite struct VirusTotalEndpointTests {
    @Test(arguments: [
        ("https://www.virustotal.com", "https://www.virustotal.com"),
        ("https://www.virustotal.com/", "https://www.virustotal.com"),
        ("HTTPS://WWW.VirusTotal.com:443//", "https://www.virustotal.com"),
        ("https://www.virustotal.com/api/v3/", "https://www.virustotal.com"),
        ("https://gateway.example:8443/vt/", "https://gateway.example:8443/vt"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"), ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ])
    func onePlaceHasOneForm(_ text: String, _ base: String) throws {
        #expect(try VirusTotalEndpoint(text).baseURL == base)
    }

    @Test func defaultIsVirusTotal() throws {
        let endpoint = try VirusTotalEndpoint()
        #expect(endpoint.baseURL == VirusTotalEndpoint.standardURL)
        #expect(!endpoint.isLoopback)
    }

    @Test(arguments: [
        ("http://www.virustotal.com", "unencrypted"), ("http://127.0.0.1.example", "unencrypted"),
        ("https://www.virustotal.com/?x=1", "?"), ("https://www.virustotal.com/#x", "#"),
        ("https://user:hunter2@www.virustotal.com", "password"), ("ftp://localhost", "http"),
        ("", "not a URL"),
        ("https://www.virustotal.com/ x", "space"),
    ])
    func unusableEndpointsSayWhy(_ text: String, _ word: String) {
        let error = #expect(throws: VirusTotalEndpointError.self) { try VirusTotalEndpoint(text) }
        #expect(error?.sentence.contains(word) == true)
        #expect(error?.sentence.contains("hunter2") == false)
    }
}

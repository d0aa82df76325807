import HTTPTypes
import Support
import Testing

@testable import Web

struct ClientConnectionTests {
    private func connection(_ fields: [String: String], peer: String = "127.0.0.1") -> ClientConnection {
        var request = HTTPRequest(method: .get, scheme: "http", authority: "h", path: "/")
        for (name, value) in fields { request.headerFields[HTTPField.Name(name)!] = value }
        return ClientConnection(
            request, peer: NetworkAddress(peer),
            trustedProxies: [NetworkAddress("127.0.0.1")!, NetworkAddress("10.0.0.9")!])
    }

    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.0.0.9", "203.0.113.7"), ("", "127.0.0.1"), ("203.0.113.7, junk", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ])
    func behindAProxyTheClientIsTheLastAddressThatIsNoProxy(forwarded: String, address: String) {
        #expect(connection(["x-forwarded-for": forwarded]).address == NetworkAddress(address))
    }

    @Test func theHeadersOfAClientThatIsNoProxyAreNotBelieved() {
        let connection = connection(
            ["x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"], peer: "203.0.113.7")
        #expect(connection.address == NetworkAddress("203.0.113.7"))
        #expect(!connection.isSecure)
    }

    @Test func oneCustomersAddressesAreOneClient() {
        #expect(
            NetworkAddress("2001:db8:1:2::1")?.network == NetworkAddress("2001:db8:1:2:ffff::9")?.network)
        #expect(NetworkAddress("2001:db8:1:2::1")?.network != NetworkAddress("2001:db8:1:3::1")?.network)
        #expect(NetworkAddress("::ffff:192.0.2.1") == NetworkAddress("192.0.2.1"))
    }

    @Test(arguments: [
        "8080", "127.0.0.1", ":8080", "127.0.0.1:70000", "::1:8080", "[127.0.0.1]:80", "a b:80",
    ])
    func whatIsNoAddressIsRefused(text: String) { #expect(ListenAddress(text) == nil) }

    @Test func beyondThisMachineItNeedsAProxyAndAName() {
        func complaint(_ address: String, _ change: (inout WebOptions) -> Void = { _ in }) -> String? {
            var options = WebOptions(address: ListenAddress(address)!, version: "", isSimulated: false)
            change(&options)
            return options.complaint?.description
        }
        #expect(complaint("127.0.0.1:80") == nil && complaint("[::1]:80") == nil)
        #expect(complaint("192.0.2.1:80")?.contains("in the clear") == true)
        #expect(complaint("192.0.2.1:80") { $0.trustedProxies = ["192.0.2.2"] } == nil)
        #expect(complaint("192.0.2.1:80")?.contains("config/README.md") == true)
        #expect(
            complaint("0.0.0.0:80") { $0.trustedProxies = ["192.0.2.2"] }?.contains("publicHosts") == true)
        #expect(complaint("127.0.0.1:80") { $0.trustedProxies = ["proxy"] }?.contains("proxy") == true)
    }
}

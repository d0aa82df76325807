import Foundation
import Model
import TestSupport
import Testing
import Web

/// Report files and assets are compressed; pages with a form never are.
@Suite(.limited(.server))
struct CompressionTests {
    private static let gzip = ["Accept-Encoding": "br, gzip;q=0.8"]

    /// Undone by gzip(1), which is not ours.
    private func unpacked(_ bytes: [UInt8]) async throws -> [UInt8] {
        let folder = TemporaryFolder()
        try Data(bytes).write(to: folder.url.appending(path: "packed.gz"))
        let ended = try await PythonScript.run("/bin/gzip", ["-d", folder.path("packed.gz")])
        #expect(ended.status == 0, "\(ended.text)")
        return Array(try Data(contentsOf: folder.url.appending(path: "packed")))
    }

    /// A file of some pieces of 64 KiB, one half of it like a report and the other like noise.
    private static let large: [UInt8] = {
        var noise: UInt32 = 1
        return (0..<300_000).map { number in
            noise = noise &* 1_664_525 &+ 1_013_904_223
            return number % 100_000 < 50_000 ? UInt8(number % 61) : UInt8(noise >> 24)
        }
    }()

    @Test func aReportFileIsCompressedForAClientThatTakesIt() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        for name in ["report.html", "report.csv", "input"] {
            try Data(Self.large).write(to: site.alicesFile(name))
            let path = "/jobs/\(site.alicesJob.id)/\(name)"
            let packed = try await site.client.send("GET", path, headers: Self.gzip, cookies: alice)
            #expect(packed["content-encoding"] == "gzip" && packed["content-length"] == nil)
            #expect(packed.bytes.count < Self.large.count * 6 / 10)
            #expect(try await unpacked(packed.bytes) == Self.large)
            let plain = try await site.client.send("GET", path, cookies: alice)
            #expect(plain["content-encoding"] == nil && plain["content-length"] == "300000")
            #expect(plain.bytes == Self.large)
            let head = try await site.client.send("HEAD", path, headers: Self.gzip, cookies: alice)
            #expect(head["content-encoding"] == nil && head["content-length"] == "300000")
        }
    }

    @Test(arguments: ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, br", "xgzip"])
    func aClientThatDoesNotTakeItGetsTheFileItself(encodings: String) async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        try Data(Self.large).write(to: site.alicesFile("report.html"))
        let answer = try await site.client.send(
            "GET", "/jobs/\(site.alicesJob.id)/report.html", headers: ["Accept-Encoding": encodings],
            cookies: alice)
        #expect(answer["content-encoding"] == nil && answer.bytes == Self.large)
    }

    @Test func assetsAreCompressedOnceAndCachesAreToldOfIt() async throws {
        let site = try await WebFixture.make()
        for path in ["/style.css", "/page.js"] {
            let plain = try await site.client.send("GET", path)
            let packed = try await site.client.send("GET", path, headers: Self.gzip)
            #expect(packed["content-encoding"] == "gzip" && plain["content-encoding"] == nil)
            #expect(packed["content-length"] == "\(packed.bytes.count)")
            #expect(packed.bytes.count < plain.bytes.count / 2)
            #expect(plain["vary"] == "Accept-Encoding" && packed["vary"] == "Accept-Encoding")
            #expect(try await unpacked(packed.bytes) == plain.bytes)
        }
    }

    /// Each of them carries a secret beside names of an attacker's choice (BREACH).
    @Test func noPageWithAFormIsCompressed() async throws {
        let site = try await WebFixture.make()
        let carol = try await site.session("carol")
        for path in [
            "/login", "/jobs", "/everybody", "/operations", "/jobs/\(site.alicesJob.id)", "/nothing",
        ] {
            let answer = try await site.client.send(
                "GET", path, headers: Self.gzip, cookies: path == "/login" ? [:] : carol)
            #expect(answer.formToken != nil && answer["content-encoding"] == nil, "\(path)")
        }
    }
}

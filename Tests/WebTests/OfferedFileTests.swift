import Foundation
import Model
import TestSupport
import Testing
import Web

@Suite(.limited(.server))
struct OfferedFileTests {
    @Test func aJobsPageOffersTheFilesThatAreThereAndNoOthers() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        let page = "/jobs/\(site.alicesJob.id)"
        let before = try await site.client.send("GET", page, cookies: cookies).body
        #expect(before.contains("/report.html\"") && before.contains("/input\""))
        for name in ["report.csv", "report.json", "report.stix.json"] {
            #expect(!before.contains("/\(name)\""), "\(name)")
        }
        for name in ["report.json", "report.stix.json"] {
            try Data("{}".utf8).write(to: site.alicesFile(name))
        }
        let after = try await site.client.send("GET", page, cookies: cookies).body
        #expect(after.contains("/report.json\"") && after.contains("/report.stix.json\""))
        #expect(!after.contains("/report.csv\""))
        let stix = try await site.client.send("GET", page + "/report.stix.json", cookies: cookies)
        #expect(stix.status == 200)
        #expect(stix["content-type"] == "application/stix+json;version=2.1")
        #expect(stix["content-disposition"]?.hasSuffix(".stix.json\"") == true)
        #expect(!after.contains("/lists/"))
        // As a report links the one that it is compared with.
        let beside = "/jobs/\(site.alicesJob.folderName)/report.html"
        #expect(try await site.client.send("GET", beside, cookies: cookies).status == 200)
        // Bob's session does not get there.
        let bob = try await site.session("bob")
        #expect(try await site.client.send("GET", page + "/report.json", cookies: bob).status == 404)
    }

    @Test func listsAreHandedOutByTheNamesThatThereAre() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        let page = "/jobs/\(site.alicesJob.id)"
        try FileManager.default.createDirectory(
            at: site.alicesFile("lists"), withIntermediateDirectories: true)
        for name in ["malicious.txt", "no-results.txt", "other.txt", "waiting.txt"] {
            try Data("of \(name)".utf8).write(to: site.alicesFile("lists/\(name)"))
        }
        let body = try await site.client.send("GET", page, cookies: cookies).body
        #expect(body.contains("\"\(page)/lists/malicious.txt\">malicious.txt</a>"))
        #expect(body.contains("/lists/no-results.txt\"") && !body.contains("/lists/clean.txt\""))
        #expect(!body.contains("other.txt") && !body.contains("waiting.txt"))
        let list = try await site.client.send("GET", page + "/lists/malicious.txt", cookies: cookies)
        #expect(list.status == 200 && list.body == "of malicious.txt")
        #expect(list["content-type"] == "text/plain; charset=utf-8")
        #expect(list["content-disposition"]?.hasSuffix(".malicious.txt\"") == true)
        for path in [
            "/lists", "/lists/", "/lists/clean.txt", "/lists/other.txt", "/lists/waiting.txt",
            "/lists/..%2finput", "/lists/../input", "/malicious.txt", "/lists/malicious.txt/",
        ] {
            let answer = try await site.client.send("GET", page + path, cookies: cookies)
            #expect(answer.status == 404, "\(path)")
        }
        let bob = try await site.session("bob")
        let hidden = try await site.client.send("GET", page + "/lists/malicious.txt", cookies: bob)
        #expect(hidden.status == 404)
        // A link in the folder's place leads nowhere.
        try FileManager.default.moveItem(at: site.alicesFile("lists"), to: site.alicesFile("moved"))
        try FileManager.default.createSymbolicLink(
            at: site.alicesFile("lists"), withDestinationURL: site.alicesFile("moved"))
        let linked = try await site.client.send("GET", page + "/lists/malicious.txt", cookies: cookies)
        #expect(linked.status == 404)
    }
}

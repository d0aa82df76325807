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
        // Bob's session does not get there.
        let bob = try await site.session("bob")
        #expect(try await site.client.send("GET", page + "/report.json", cookies: bob).status == 404)
    }
}

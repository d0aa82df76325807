import Foundation
import Glibc
import Model
import Store
import TestSupport
import Testing
import Web

/// Attacks by requests, each of which must get nothing.
@Suite(.limited(.server))
struct AttackTests {
    @Test func withoutLoginNothingIsShownNotEvenWhatThereIs() async throws {
        let site = try await WebFixture.make()
        let paths = [
            "/", "/jobs", "/everybody", "/operations", "/jobs/\(site.alicesJob.id)",
            "/jobs/\(site.alicesJob.id)/report.html", "/nothing", "/logout",
        ]
        for path in paths {
            let answer = try await site.client.send("GET", path)
            #expect(answer.status == 303 && answer["location"] == "/login", "\(path)")
            #expect(answer.body.isEmpty)
        }
    }

    @Test func aliceCannotTellBobsJobFromNone() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        var answers: Set<String> = []
        let none = "20200101-000000-zzzzz"
        for id in [site.bobsJob.id.description, none] {
            for end in ["", "/report.html", "/report.csv", "/status.json", "/input"] {
                let answer = try await site.client.send("GET", "/jobs/\(id)\(end)", cookies: alice)
                #expect(answer.status == 404)
                answers.insert(answer.comparable)
            }
        }
        for path in ["/everybody", "/operations", "/nothing"] {
            answers.insert(try await site.client.send("GET", path, cookies: alice).comparable)
        }
        #expect(answers.count == 1)
        let jobs = try await site.client.send("GET", "/jobs", cookies: alice)
        #expect(!jobs.body.contains("bob"))
        let bob = try await site.session("bob")
        #expect(
            try await site.client.send("GET", "/jobs/\(site.bobsJob.id)/report.html", cookies: bob).body
                == "report.html of bob")
    }

    @Test func anAdministratorSeesAllJobsAndTheOperations() async throws {
        let view = OperationsView(
            quotas: [.minute: Quota(used: 3, limit: 4)], queue: [Samples.user("bob"): 17],
            waitReason: "<b>Quota</b>",
            folders: [
                .init(user: "bob", watching: .polling, problem: "no <i>events</i>", waitingFiles: 2)
            ], troubles: ["Files wait: <u>disk</u>"],
            disks: [.init(name: "spool", freeBytes: 1 << 30, totalBytes: 1 << 31)])
        let site = try await WebFixture.make(
            queries: DaemonQueries(estimates: { [:] }, operations: { view }, waiting: { [:] }))
        try site.database.jobs.saveReported(
            site.bobsJob.id, verdicts: [:], isFinal: true, bytes: 5 << 20)
        let carol = try await site.session("carol")
        let everybody = try await site.client.send("GET", "/everybody", cookies: carol)
        #expect(everybody.body.contains("\(site.alicesJob.id)"))
        #expect(everybody.body.contains("\(site.bobsJob.id)"))
        #expect(
            try await site.client.send("GET", "/jobs/\(site.bobsJob.id)", cookies: carol).status == 200)
        let operations = try await site.client.send("GET", "/operations", cookies: carol).body
        for text in [
            "of 4", "17", "1 left", "&lt;b&gt;", "&lt;i&gt;", "&lt;u&gt;", "1 GiB", "polling", "5 MiB",
        ] {
            #expect(operations.contains(text), "\(text)")
        }
    }

    @Test func theOperationsTellOfAChannelThatFails() async throws {
        let site = try await WebFixture.make()
        try await site.store { database in
            let store = database.notifications
            try store.use([.webhook: [.quota]])
            try store.tellOfQuota("It is used up.", subject: "day", at: Samples.now)
            let entry = try #require(try store.due(.webhook, at: Samples.now, limit: 1).first)
            try store.settle([
                OutboxSettlement(
                    rowID: entry.rowID,
                    result: .postponed(until: Samples.now + 60, reason: "<b>status 500</b>"))
            ])
        }
        let carol = try await site.session("carol")
        let operations = try await site.client.send("GET", "/operations", cookies: carol).body
        #expect(operations.contains("Notifications fail (webhook): 1 notification waits, the oldest since"))
        #expect(operations.contains("last error: &lt;b&gt;status 500"))
    }

    @Test func pathsAreNeverTakenFromTheAddress() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let id = site.alicesJob.id
        try Data("outside".utf8).write(to: site.reports.appending(path: "secret"))
        let job = site.reports.appending(path: "alice/\(site.alicesJob.folderName)")
        try FileManager.default.createSymbolicLink(
            at: job.appending(path: "report.csv"), withDestinationURL: URL(filePath: "/etc/passwd"))
        for path in [
            "/jobs/\(id)/../../secret", "/jobs/\(id)/%2e%2e/%2e%2e/secret", "/jobs/../secret",
            "/jobs/\(id)/..%2f..%2fsecret", "//etc/passwd", "/jobs/\(id)/report.csv", "/jobs/\(id)//",
            "/jobs/\(id)/report.html/", "/jobs/\(id)/report.html%00", "/jobs/%00",
            "/jobs/\(id)/REPORT.HTML",
        ] {
            let answer = try await site.client.send("GET", path, cookies: alice)
            #expect(answer.status == 404, "\(path)")
            #expect(!answer.body.contains("outside") && !answer.body.contains("root:"), "\(path)")
        }
    }

    @Test func aLinkInTheWayToAFileIsNotFollowed() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let path = "/jobs/\(site.alicesJob.id)/report.html"
        #expect(try await site.client.send("GET", path, cookies: alice).status == 200)
        // The job's folder, the user's, the user's by the operator.
        for (folder, owner, status) in [
            ("alice/\(site.alicesJob.folderName)", geteuid(), 404), ("alice", 12_345, 404),
            ("alice", geteuid(), 200),
        ] {
            let original = site.reports.appending(path: folder)
            let moved = site.reports.appending(path: "moved")
            try FileManager.default.moveItem(at: original, to: moved)
            try FileManager.default.createSymbolicLink(
                atPath: original.path(percentEncoded: false),
                withDestinationPath: moved.path(percentEncoded: false))
            // Only root can give a link to another account.
            let isGiven = lchown(original.path(percentEncoded: false), owner, getegid()) == 0
            let answer = try await site.client.send("GET", path, cookies: alice)
            if isGiven { #expect(answer.status == status, "\(folder)") }
            try FileManager.default.removeItem(at: original)
            try FileManager.default.moveItem(at: moved, to: original)
        }
        #expect(try await site.client.send("GET", path, cookies: alice).status == 200)
    }

    @Test func hostileNamesAreShownAsText() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        for path in ["/jobs", "/jobs/\(site.alicesJob.id)"] {
            let body = try await site.client.send("GET", path, cookies: alice).body
            #expect(!body.contains("<img"))
            #expect(body.contains("&lt;img src=x onerror=alert(1)&gt;.txt"))
        }
    }

    @Test(arguments: [
        ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1"],
        ["Origin": "http://evil.example"], ["Origin": "https://127.0.0.1"], ["Origin": "null"], [:],
        ["Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"],
    ])
    func aFormOfAnotherSiteIsRejected(headers: [String: String]) async throws {
        let site = try await WebFixture.make()
        #expect(try await site.logIn("alice", WebFixture.password, headers: headers).status == 403)
        let alice = try await site.session("alice")
        let page = try await site.client.send("GET", "/jobs", cookies: alice)
        let answer = try await site.client.send(
            "POST", "/logout", headers: headers, cookies: alice, body: "token=\(page.formToken ?? "")")
        #expect(answer.status == 403)
        #expect(try await site.client.send("GET", "/jobs", cookies: alice).status == 200)
    }

    @Test func aFormWithoutTheRightTokenDoesNothing() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let form = try await site.client.send("GET", "/login")
        for token in ["", "x", String(repeating: "0", count: 64)] {
            let answer = try await site.client.send(
                "POST", "/login", headers: WebFixture.sameOrigin, cookies: form.cookies,
                body: WebFixture.form("alice", WebFixture.password, token: token))
            #expect(answer.status == 403 && answer.cookies["hashdrop-session"] == nil)
            let out = try await site.client.send(
                "POST", "/logout", headers: WebFixture.sameOrigin, cookies: alice, body: "token=\(token)")
            #expect(out.status == 403)
        }
        // The right token without its cookie: a form that another browser asked for.
        let other = try await site.client.send(
            "POST", "/login", headers: WebFixture.sameOrigin,
            body: WebFixture.form("alice", WebFixture.password, token: form.formToken))
        #expect(other.cookies["hashdrop-session"] == nil)
        #expect(try await site.client.send("GET", "/jobs", cookies: alice).status == 200)
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "a@127.0.0.1", "", nil])
    func anotherHostNameIsRejected(host: String?) async throws {
        let site = try await WebFixture.make()
        let answer = try await site.client.send("GET", "/login", host: host)
        #expect(answer.status == 421 || answer.status == 400)
        #expect(!answer.body.contains("<form"))
    }

    @Test(arguments: [
        "Host: 127.0.0.1\r\nHost: evil.example", "Host: evil.example\r\nHost: 127.0.0.1",
        "Host: 127.0.0.1\r\nhost: 127.0.0.1", "Host: 127.0.0.1\r\nTransfer-Encoding: xchunked",
        "Host: 127.0.0.1\r\nTransfer-Encoding: gzip, chunked",
        "Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
    ])
    func aHeadThatCanBeReadInTwoWaysIsRejected(fields: String) async throws {
        try await WebFixture.listening { _, client in
            let connection = try Connection(port: client.port)
            let second = "GET /style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            connection.write("GET /login HTTP/1.1\r\n\(fields)\r\n\r\n\(second)")
            let said = String(
                decoding: await blocking { connection.readToEnd() }, as: UTF8.self)
            #expect(said.hasPrefix("HTTP/1.1 4"), "\(said)")
            #expect(!said.contains("<form") && said.components(separatedBy: "HTTP/1.1 ").count == 2)
        }
    }

    @Test(arguments: ["evil.example:80", "*", "login"])
    func aTargetThatIsNoPathIsRejected(target: String) async throws {
        try await WebFixture.listening { _, client in
            let connection = try Connection(port: client.port)
            connection.write("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let said = String(
                decoding: await blocking { connection.readToEnd() }, as: UTF8.self)
            #expect(said.hasPrefix("HTTP/1.1 400"), "\(said)")
        }
    }

    @Test func thePagesOwnNamesAreAnswered() async throws {
        let options = WebFixture.options { $0.publicHosts = ["Hashdrop.example.org"] }
        let site = try await WebFixture.make(options)
        for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "hashdrop.example.org"] {
            let answer = try await site.client.send("GET", "/login", host: host)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    func nothingCanBeChanged(method: String) async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        for path in ["/jobs", "/jobs/\(site.alicesJob.id)", "/", "/style.css"] {
            let answer = try await site.client.send(
                method, path, headers: WebFixture.sameOrigin, cookies: alice, body: "a=b")
            #expect(answer.status == 405, "\(method) \(path)")
            #expect(answer["allow"] == "GET, HEAD")
        }
    }

    @Test func headSaysWhatGetWouldSayWithoutABody() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        for path in ["/jobs", "/jobs/\(site.alicesJob.id)/report.html", "/style.css"] {
            let head = try await site.client.send("HEAD", path, cookies: alice)
            let get = try await site.client.send("GET", path, cookies: alice)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head["content-length"] == get["content-length"])
        }
    }
}

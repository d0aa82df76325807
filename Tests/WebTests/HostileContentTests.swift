import Foundation
import Model
import Store
import TestSupport
import Testing
import Web

/// Hostile file names, comments and reasons are shown as text on every page.
@Suite(.limited(.server))
struct HostileContentTests {
    private static let hostile = [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' autofocus onfocus='alert(1)",
        "a\u{202E}fdp.exe", "a\u{0}b\u{1B}[31m\u{9B}31m", "=HYPERLINK(\"http://evil.example\")",
        "&#60;b&#62;", "</title></style></main><base href=//evil.example>",
        String(repeating: "z", count: 10_000),
    ]

    /// What of a hostile value must not be in a page, and what stands there instead.
    private static let forbidden = [
        "<script>alert", "\" onmouseover", "' autofocus", "\u{202E}", "\u{0}", "\u{1B}", "\u{9B}", "&#60;b",
        "<base", String(repeating: "z", count: 3_000),
    ]
    private static let shown = [
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&quot; onmouseover=&quot;", "&#39; autofocus", "\\u{202E}",
        "\\u{0}", "\\u{1B}", "\\u{9B}", "&amp;#60;b&amp;#62;", "&lt;base href=//evil.example&gt;", "</span>",
    ]

    private static var queries: DaemonQueries {
        let all = hostile.joined(separator: " ")
        return DaemonQueries(
            estimates: { [:] },
            operations: {
                OperationsView(
                    waitReason: all,
                    folders: [.init(user: all, watching: .polling, problem: all, waitingFiles: 1)],
                    troubles: [all],
                    shared: .init(
                        site: all, trouble: all,
                        overview: .init(
                            sites: [
                                .init(
                                    name: all, silence: .zero, today: 1, thisMonth: 1,
                                    requestsInFlight: 1, openHashes: 1)
                            ], today: 1, thisMonth: 1, at: Samples.now)))
            },
            waiting: {
                [
                    Samples.user("alice"): hostile.map {
                        WaitingFile(name: DroppedName($0), reason: $0, firstSeenAt: Samples.now)
                    }
                ]
            })
    }

    @Test func hostileValuesAreTextOnEveryPage() async throws {
        let site = try await WebFixture.make(queries: Self.queries)
        var paths = ["/jobs", "/everybody", "/operations"]
        for value in Self.hostile {
            let running = try await site.job(named: value)
            var refused = Samples.job(name: value, state: .refused)
            refused.reason = value
            try await site.store { [refused] in try $0.jobs.refuse(refused) }
            paths += ["/jobs/\(running.id)", "/jobs/\(refused.id)"]
        }
        let carol = try await site.session("carol")
        let alice = try await site.session("alice")
        var seen = ""
        for path in paths {
            let body = try await site.client.send(
                "GET", path, cookies: path == "/jobs" ? alice : carol
            ).body
            #expect(body.contains("</html>"), "\(path)")
            for text in Self.forbidden { #expect(!body.contains(text), "\(text.prefix(30)) on \(path)") }
            if !path.hasPrefix("/jobs/") {
                for text in Self.shown where text != "</span>" || path != "/operations" {
                    #expect(body.contains(text), "\(text) on \(path)")
                }
            }
            seen += body
        }
        #expect(seen.contains("more</span>"), "what is cut off is counted")
    }

    @Test func whatComesAsAFileIsNamedByLettersAndDigitsAlone() async throws {
        let site = try await WebFixture.make()
        for value in Self.hostile {
            let job = try await site.job(named: value)
            let folder = site.reports.appending(path: "alice/\(job.folderName)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("a".utf8).write(to: folder.appending(path: "input"))
            let alice = try await site.session("alice")
            let answer = try await site.client.send("GET", "/jobs/\(job.id)/input", cookies: alice)
            let name = try #require(answer["content-disposition"]?.dropFirst(22).dropLast())
            #expect(answer["content-disposition"]?.hasPrefix("attachment; filename=\"") == true)
            #expect(name.utf8.count <= 100)
            #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
        }
    }
}

extension WebFixture {
    /// A running job of alice's.
    fileprivate func job(named name: String) async throws -> Job {
        try await store {
            try $0.jobs.accept(Samples.job(name: name), ages: CacheAges()) {
                $0.add(HashListEntry(line: 1, hashes: [Samples.hash(3)]))
            }
        }
    }
}

import CoreMetrics
import Foundation
import MetricNames
import Model
import Monitoring
import Support
import TestSupport
import Testing

/// The listener, by real connections.
@Suite(.limited(.server))
struct MonitoringServiceTests {
    @Test func aScrapeHasWhatWasCountedAndWhatTheDaemonTells() async throws {
        var told = MonitoringFixture.Told()
        told.state?.lookups.openHashes = [Samples.user("alice"): 12]
        told.state?.database?.jobs = [.done: 3]
        try await MonitoringFixture.listening(told) { daemon, client in
            withMetricsFactory(daemon.registry) { Metric.missedEvents.counter() }.increment(by: 2)
            let answer = try await client.send("GET", "/metrics?name[]=up")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer["cache-control"] == "no-store" && answer["x-content-type-options"] == "nosniff")
            #expect(answer["server"] == nil)
            #expect(answer.headers["date"] == [UTCTime(daemon.clock.now.wall).httpDate])
            let lines = answer.body.split(separator: "\n")
            for line in [
                "hashdrop_spool_missed_events_total 2", "hashdrop_queue_hashes{user=\"alice\"} 12",
                "hashdrop_jobs{state=\"done\"} 3", "hashdrop_build_info{version=\"0.0.0-test\"} 1",
                "hashdrop_check_ok{check=\"daemon\"} 1", "hashdrop_metric_series_dropped_total 0",
            ] {
                #expect(lines.contains(Substring(line)), "\(line)")
            }
            #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
        }
    }

    @Test func aDaemonThatHangsIsScrapedWithoutItsGauges() async throws {
        try await MonitoringFixture.listening(.init(state: nil)) { daemon, client in
            async let answer = client.send("GET", "/metrics")
            try await eventually("it is waited for") { daemon.clock.sleeperCount == 1 }
            daemon.clock.advance(by: .milliseconds(500))
            let text = try await answer.body
            #expect(text.contains("hashdrop_check_ok{check=\"daemon\"} 0\n"))
            #expect(text.contains("hashdrop_build_info") && !text.contains("hashdrop_queue_oldest_seconds"))
        }
    }

    @Test func readinessIsOfWhatTheDaemonNeedsAndWaitingForVirusTotalIsReady() async throws {
        try await MonitoringFixture.listening { daemon, client in
            for path in ["/readyz", "/healthz"] {
                let ready = try await client.send("GET", path)
                #expect(ready.status == 200 && ready.body.hasPrefix("ready\n"), "\(ready.body)")
            }
            daemon.told.value.state?.lookups.waitReason = "VirusTotal cannot be reached"
            let waits = try await client.send("GET", "/readyz")
            #expect(waits.status == 200)
            #expect(waits.body.contains("lookups: warning: VirusTotal cannot be reached\n"))
            daemon.told.value.state?.spoolProblem = "It is gone."
            let gone = try await client.send("GET", "/readyz")
            #expect(gone.status == 503 && gone.body.hasPrefix("not ready\n"))
            #expect(gone.body.contains("spool: failed: It is gone.\n"))
        }
    }

    @Test func aPartThatNoLongerTurnsIsNotAlive() async throws {
        try await MonitoringFixture.listening { daemon, client in
            let alive = try await client.send("GET", "/livez")
            #expect(alive.status == 200 && alive.body == "alive\n")
            daemon.told.value.stuckParts = ["intake", "reports"]
            let stuck = try await client.send("GET", "/livez")
            #expect(stuck.status == 503 && stuck.body.contains("intake, reports"))
            daemon.told.value.stuckParts = nil
            async let silent = client.send("GET", "/livez")
            try await eventually("it is waited for") { daemon.clock.sleeperCount == 1 }
            daemon.clock.advance(by: .milliseconds(500))
            let answer = try await silent
            #expect(answer.status == 503)
        }
    }

    @Test func nothingElseIsServed() async throws {
        try await MonitoringFixture.listening { _, client in
            for path in ["/", "/metrics/", "/METRICS", "//metrics", "/jobs", "/metrics/../livez", "*"] {
                let answer = try await client.send("GET", path)
                #expect(answer.status == 404, "\(path)")
            }
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
                let answer = try await client.send(method, "/metrics")
                #expect(answer.status == 405 && answer["allow"] == "GET, HEAD", "\(method)")
            }
        }
    }

    /// As programs ask that look whether something answers.
    @Test func theHeadAloneIsThatOfTheWholeAnswer() async throws {
        try await MonitoringFixture.listening { _, client in
            let whole = try await client.send("GET", "/readyz")
            let head = try await client.send("HEAD", "/readyz")
            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(head["content-length"] == "\(whole.bytes.count)")
        }
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.1:9179", "localhost:9179", "[::1]:9179", "192.0.2.7"])
    func itIsServedUnderAddresses(host: String) async throws {
        try await MonitoringFixture.listening { _, client in
            let answer = try await client.send("GET", "/livez", host: host)
            #expect(answer.status == 200)
        }
    }

    /// A page in a browser of this machine that leads its own name here.
    @Test func underANameOfAnotherSiteNothingIsServed() async throws {
        try await MonitoringFixture.listening { _, client in
            for host in ["evil.example", "evil.example:9179", "127.0.0.1.evil.example", "localhost.evil"] {
                let answer = try await client.send("GET", "/metrics", host: host)
                #expect(answer.status == 421, "\(host)")
            }
        }
        try await MonitoringFixture.listening(.init()) { options in
            options.isLoopback = false
            options.allowsOtherMachines = true
        } _: { _, client in
            let answer = try await client.send("GET", "/livez", host: "hashdrop.example.org")
            #expect(answer.status == 200)
        }
    }

    /// A proxy before it may have looked at another one of them.
    @Test(arguments: ["127.0.0.1", "localhost", "evil.example", ""])
    func aRequestWithTwoHostsIsRefused(second: String) async throws {
        for isLoopback in [true, false] {
            try await MonitoringFixture.listening(.init()) { options in
                options.isLoopback = isLoopback
                options.allowsOtherMachines = !isLoopback
            } _: { _, client in
                for name in ["Host", "host", "HOST"] {
                    for path in ["/metrics", "/livez", "/nothing"] {
                        let answer = try await client.send("GET", path, headers: [name: second])
                        #expect(answer.status == 400, "\(name) \(path)")
                    }
                }
            }
        }
    }

    @Test func aConnectionHasOneAnswerAndEnds() async throws {
        try await MonitoringFixture.listening { _, client in
            let connection = try Connection(port: client.port)
            connection.write("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let answer = await blocking { String(decoding: connection.readToEnd(), as: UTF8.self) }
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.lowercased().contains("connection: close"))
        }
    }

    @Test func aRequestWhoseRestIsMalformedHasOneAnswerAtMost() async throws {
        try await MonitoringFixture.listening { _, client in
            let connection = try Connection(port: client.port)
            connection.write(
                "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n")
            let answer = await blocking { String(decoding: connection.readToEnd(), as: UTF8.self) }
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count <= 2, "\(answer)")
            let next = try await client.send("GET", "/livez")
            #expect(next.status == 200)
        }
    }

    @Test func aConnectionThatSendsNothingOrSlowlyEndsByItself() async throws {
        try await MonitoringFixture.listening(.init()) { options in
            options.connectionTimeout = .milliseconds(300)
        } _: { _, client in
            let silent = try Connection(port: client.port)
            let slow = try Connection(port: client.port)
            slow.write("GET /metrics HTTP/1.1\r\nHost: 127.")
            try await eventually("both are ended") { silent.isReset && slow.isReset }
            let answer = try await client.send("GET", "/livez")
            #expect(answer.status == 200)
        }
    }

    @Test func connectionsBeyondTheLimitWaitForTheEndOfOthers() async throws {
        try await MonitoringFixture.listening(.init()) { options in
            options.connectionsMax = 2
            options.connectionTimeout = .milliseconds(500)
        } _: { _, client in
            let held = try (0..<2).map { _ in try Connection(port: client.port) }
            let answer = try await client.send("GET", "/livez")
            #expect(answer.status == 200)
            try await eventually("they are ended") { held.allSatisfy(\.isReset) }
        }
    }

    @Test func aHeadThatIsTooLongIsNotRead() async throws {
        try await MonitoringFixture.listening { _, client in
            let long = String(repeating: "a", count: 9 << 10)
            let many = Dictionary(uniqueKeysWithValues: (0..<40).map { ("X-Field-\($0)", "1") })
            for headers in [["X-Long": long], many] {
                let answer = try await client.send("GET", "/livez", headers: headers)
                #expect(answer.status == 400)
            }
        }
    }

    @Test func anAddressThatOtherMachinesReachIsRefusedUnlessItIsSaid() throws {
        var options = MonitoringOptions(host: "192.0.2.7", isLoopback: false, version: "0")
        let complaint = try #require(options.complaint).description
        #expect(complaint.contains("192.0.2.7:9179") && complaint.contains("metrics.otherMachines"))
        #expect(throws: MonitoringError.options(complaint)) { try MonitoringFixture(options) }
        options.allowsOtherMachines = true
        #expect(options.complaint == nil)
        options.isLoopback = true
        options.allowsOtherMachines = false
        #expect(options.complaint == nil)
    }

    @Test func anAddressThatIsTakenIsToldWithWhatToDo() async throws {
        try await MonitoringFixture.listening { _, client in
            let second = try MonitoringFixture(MonitoringOptions(port: client.port, version: "0"))
            let error = await #expect(throws: MonitoringError.self) { try await second.run() }
            let sentence = error?.description ?? ""
            #expect(sentence.contains("127.0.0.1:\(client.port)") && sentence.contains("metrics.listen"))
        }
    }
}

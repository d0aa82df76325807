import Curl
import Foundation
import Model
import Simulator
import TestSupport
import Testing
import VirusTotal

/// The facts of simulated files, as the client reads them: each of them somewhere, and the traps.
@Suite(.limited(.server))
struct SimulatedFactsTests {
    private func withClient(
        _ body: (_ simulator: SimulatedVirusTotal, _ client: VirusTotalClient) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = VirusTotalClient(
                endpoint: try VirusTotalEndpoint(simulator.baseURL),
                key: try #require(APIKey(SimulatedAccount.demoKey)), curl: try CurlClient())
            try await body(simulator, client)
        }
    }

    private func object(_ hash: FileHash, _ client: VirusTotalClient) async throws -> FileObject? {
        guard case .known(let object) = try await client.file(hash) else { return nil }
        return object
    }

    private func facts(_ text: String, _ client: VirusTotalClient) async throws -> FileFacts {
        let hash = try #require(FileHash(text))
        return try #require(try await object(hash, client)?.facts)
    }

    @Test func everyFactIsThereInSomeFilesAndMissingInOthers() async throws {
        try await withClient { _, client in
            var objects: [FileObject] = []
            for number in 0..<800 {
                let file = SimulatedFile.make(number: number, seed: 5)
                guard let object = try await object(file.family.md5, client) else { continue }
                objects.append(object)
            }
            #expect(objects.allSatisfy { $0.facts != nil })
            for field in FactField.allCases {
                #expect(objects.contains { $0.facts?.text(field) != nil }, "\(field)")
            }
            for field: FactField in [.vhash, .signature, .distributors, .sandboxes, .aiNotes, .gtiVerdict] {
                #expect(objects.contains { $0.facts?.text(field) == nil }, "\(field)")
            }
            // Each of these can stand beside three detections and more.
            let accused = objects.filter { $0.detectionCount >= 3 }.compactMap(\.facts)
            for state in SignatureState.allCases {
                #expect(accused.contains { $0.text(.signature) == state.rawValue }, "\(state)")
            }
            #expect(accused.contains { $0.text(.signature) == "unsigned" && $0.text(.product) != nil })
            #expect(accused.contains { !$0.texts(.distributors).isEmpty })
            #expect(accused.contains { $0.elements(.sandboxes).contains { $0[1] == "harmless" } })
            #expect(accused.contains { $0.text(.aiNotes)?.contains("Ignore all previous") == true })
            // Files have signers and imphashes in common.
            #expect(Set(objects.compactMap { $0.facts?.text(.signers) }).count < 20)
            let imphashes = objects.compactMap { $0.facts?.text(.imphash) }
            #expect(Set(imphashes).count < imphashes.count)
        }
    }

    @Test func theTestFileIsKnownToDistributorsAndHarmlessToOneSandbox() async throws {
        try await withClient { _, client in
            let eicar = try await facts("44d88612fea8a8f36de82e1278abb02f", client)
            #expect(eicar.texts(.distributors) == ["OffSec Services Limited"])
            #expect(eicar.texts(.distributedProducts).count == 5)
            #expect(eicar.texts(.tags).contains("known-distributor"))
            #expect(eicar.number(.votesHarmless) == 2304 && eicar.number(.votesMalicious) == 419)
            #expect(eicar.number(.timesSubmitted) == 1_164_054 && eicar.number(.uniqueSources) == 3557)
            #expect(eicar.elements(.threatFamilies) == [["eicar", "57"], ["test", "46"], ["file", "34"]])
            #expect(eicar.elements(.sandboxes).last == ["Yomi Hunter", "harmless", nil])
            #expect(eicar.texts(.yaraRules).contains("SUSP_Just_EICAR"))
            #expect(eicar.elements(.sigmaCounts) == [["0", "0", "0", "1"]])
            #expect(eicar.elements(.idsCounts) == [["0", "0", "1", "0"]])
            let empty = try await facts("d41d8cd98f00b204e9800998ecf8427e", client)
            #expect(empty.text(.trustedBy) == "Microsoft Corporation")
            #expect(empty.number(.votesMalicious) == 1309)
            #expect(empty.text(.tlsh) == nil && empty.text(.ssdeep) != nil)
        }
    }

    @Test func brokenFactsLeaveTheVerdict() async throws {
        try await withClient { simulator, client in
            var file = SimulatedFile.make(number: 1, .detected(engines: 40))
            file.quirks = [.brokenFacts]
            simulator.register(file)
            let object = try #require(try await object(file.family.sha256, client))
            #expect(object.detectionCount == 40)
            #expect(object.facts == FileFacts())
        }
    }

    @Test func hostileFactsStayWithinTheirBounds() async throws {
        try await withClient { simulator, client in
            var file = SimulatedFile.make(number: 2, .detected(engines: 40))
            file.quirks = [.hostileText, .threatPairs]
            simulator.register(file)
            let facts = try #require(try await object(file.family.sha256, client)?.facts)
            #expect(facts.text(.signature) == "valid")
            #expect(facts.text(.signers) == "<script>alert('hashdrop')</script>.exe")
            #expect(facts.text(.originalName) == "nul\u{FFFD}inside.exe")
            #expect(facts.text(.aiNotes)?.unicodeScalars.count ?? 0 <= 1000)
            #expect(!facts.elements(.threatFamilies).isEmpty)
            for field in FactField.allCases {
                for case let text? in facts.elements(field).joined() {
                    #expect(text.unicodeScalars.count <= 1000, "\(field)")
                }
            }
            #expect(facts.stored.count < 16_384)
        }
    }

    @Test func whatNeedsNoAnalysisIsThereBeforeOneHasFinished() async throws {
        try await withClient { simulator, client in
            let file = SimulatedFile.make(number: 3, .pending)
            simulator.register(file)
            let facts = try #require(try await object(file.family.sha256, client)?.facts)
            #expect(facts.number(.timesSubmitted) != nil && facts.text(.typeTag) != nil)
            #expect(facts.elements(.sandboxes).isEmpty && facts.elements(.threatFamilies).isEmpty)
        }
    }
}

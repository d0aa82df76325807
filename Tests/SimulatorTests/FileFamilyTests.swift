import Model
import Simulator
import TestSupport
import Testing

@Suite(.limited(.processor))
struct FileFamilyTests {
    @Test func everyNameOfANumberedFileLeadsToTheSameFileUnasked() throws {
        for number in 0..<200 {
            let family = FileFamily.numbered(number, seed: 7)
            for hash in family.hashes {
                let simulator = try SimulatedVirusTotal()
                #expect(simulator.file(named: hash).family == family)
            }
        }
    }

    @Test func numbersAndSeedsGiveDifferentFiles() {
        let families = (0..<1000).map { FileFamily.numbered($0) } + (0..<1000).map { .numbered($0, seed: 1) }
        #expect(Set(families.flatMap(\.hashes)).count == 6000)
    }

    @Test(arguments: [
        "4d1740485713a2ab3a4f5822a01f645fe8387f90",
        "52d3df0ed60c46f336c131bf2ca454f73bafdc4b04dfa2aea80746f5ba9e6d10",
    ])
    func aForeignHashIsRememberedUnderItsInventedNames(_ text: String) throws {
        let simulator = try SimulatedVirusTotal()
        let hash = try #require(FileHash(text))
        let family = simulator.file(named: hash).family
        #expect(family[hash.kind] == hash)
        for name in family.hashes { #expect(simulator.file(named: name).family == family) }
    }

    @Test func wellKnownFilesHaveTheirTrueHashes() throws {
        let simulator = try SimulatedVirusTotal()
        let md5 = try #require(FileHash("44d88612fea8a8f36de82e1278abb02f"))
        let file = simulator.file(named: md5)
        #expect(
            file.family.sha256.hexadecimal
                == "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f")
        #expect(file.fortinet == .detected("EICAR_TEST_FILE"))
    }

    @Test func theMixOfAnswersIsAsPromised() {
        var counts: [String: Int] = [:]
        for number in 0..<10_000 {
            let file = SimulatedFile.make(number: number)
            let word =
                switch file.condition {
                case .unknown: "unknown"
                case .pending: "pending"
                case .detected(engines: 0): "clean"
                case .detected(engines: 1...2): "suspicious"
                case .detected(let engines):
                    engines > SimulatedFile.detectionsMax
                        ? "too many" : file.fortinet == .missing ? "no Fortinet" : "malicious"
                }
            counts[word, default: 0] += 1
        }
        let promised = [
            "malicious": 6000, "suspicious": 800, "clean": 1500, "unknown": 1200, "pending": 300,
            "no Fortinet": 200,
        ]
        #expect(Set(counts.keys) == Set(promised.keys))
        for (word, count) in promised {
            #expect(abs(counts[word, default: 0] - count) < count / 5, "\(word): \(counts[word] ?? 0)")
        }
    }
}

import Foundation
import Model
import Testing
import VirusTotal

/// Real answers, where some are recorded: `HASHDROP_RECORDED_ANSWERS` names their folder. The project
/// keeps none, because they are other people's.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HASHDROP_RECORDED_ANSWERS"] != nil))
struct RecordedAnswersTests {
    /// What a recording says of itself, read without the code under test.
    private struct Recording: Decodable {
        struct Object: Decodable {
            struct Attributes: Decodable {
                var md5: String?
                var sha256: String?
                var lastAnalysisStats: [String: Int]?
            }
            var type: String?
            var attributes: Attributes?
        }
        var data: Object?
    }

    /// A recorded file object, as the code under test reads it, and what it says of itself.
    private struct Recorded {
        var name: String
        var object: FileObject
        var attributes: Recording.Object.Attributes
    }

    private static func recordings() throws -> [Recorded] {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["HASHDROP_RECORDED_ANSWERS"] ?? "")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var recordings: [Recorded] = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "json" {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            guard let recording = try? decoder.decode(Recording.self, from: Data(text.utf8)),
                recording.data?.type == "file", let attributes = recording.data?.attributes
            else { continue }
            let md5 = try #require(attributes.md5.flatMap { FileHash($0) })
            let answer = try Samples.answer(200, text).answer(asked: md5)
            guard case .known(let object) = answer else {
                Issue.record("\(file.lastPathComponent): not known")
                continue
            }
            recordings.append(
                Recorded(name: file.lastPathComponent, object: object, attributes: attributes))
        }
        return recordings
    }

    @Test func everyRecordedFileObjectIsRead() throws {
        let recordings = try Self.recordings()
        for recorded in recordings {
            let object = recorded.object
            let stats = recorded.attributes.lastAnalysisStats ?? [:]
            #expect(object.sha256.hexadecimal == recorded.attributes.sha256, "\(recorded.name)")
            #expect(
                object.detectionCount == (stats["malicious"] ?? 0) + (stats["suspicious"] ?? 0),
                "\(recorded.name)")
            #expect(
                object.opinionCount == object.detectionCount + (stats["undetected"] ?? 0)
                    + (stats["harmless"] ?? 0), "\(recorded.name)")
            #expect(object.facts != nil, "\(recorded.name)")
        }
        #expect(!recordings.isEmpty)
    }

    // MARK: - Facts

    private typealias Figures = [FactField: [[String?]]]

    /// An unsigned program with a version resource, which one sandbox calls harmless and 59 engines do not.
    private static let program: Figures = [
        .typeTag: [["peexe"]], .typeExtension: [["exe"]], .magika: [["PEBIN"]],
        .trid: [["Win32 Executable Microsoft Visual Basic 6", "86.6"]],
        .packers: [
            ["Microsoft Visual Basic v5.0/v6.0"], ["Microsoft Visual Basic 6.0 (Compiler)"],
            ["Microsoft Linker 6.0 (Linker)"],
        ],
        .tags: [["peexe"], ["checks-user-input"], ["hosts-modifier"], ["direct-cpu-clock-access"]],
        .namesCount: [["9"]], .imphash: [["66c305d6ea9a3d978b9cf0354edb398e"]],
        .vhash: [["0240361d051[zf3z"]], .created: [["1270596357"]], .signature: [["unsigned"]],
        .signers: [], .signedAt: [], .product: [["Sin AV"]], .originalName: [["nuevo4.exe"]],
        .internalName: [["nuevo4"]], .fileVersion: [["1.00"]], .timesSubmitted: [["65"]],
        .uniqueSources: [["21"]], .lastSubmitted: [["1685234318"]], .firstSeenInTheWild: [["1513972121"]],
        .distributors: [], .trustedBy: [], .votesHarmless: [["10"]], .votesMalicious: [["54"]],
        .yaraRules: [], .sigmaCounts: [], .idsCounts: [], .aiNotes: [], .gtiVerdict: [],
    ]
    private static let programAnalysed: Figures = [
        .threatCategories: [["trojan", "24"], ["banker", "3"], ["hacktool", "2"]],
        .threatFamilies: [["hosts2", "6"], ["qhost", "3"], ["hosts", "2"]],
        .sandboxes: [["SecneurX", "harmless", nil]], .sandboxNames: [],
    ]
    /// A small file of which little is told.
    private static let command: Figures = [
        .typeTag: [["com"]], .tags: [["com"]], .magic: [["COM executable for DOS"]],
        .timesSubmitted: [["1"]], .uniqueSources: [["1"]], .lastSubmitted: [["1600790003"]],
        .votesHarmless: [["0"]], .votesMalicious: [["0"]], .namesCount: [["1"]], .trid: [], .signature: [],
        .created: [], .firstSeenInTheWild: [], .threatFamilies: [],
    ]
    private static let document: Figures = [
        .typeTag: [["rtf"]], .trid: [["Rich Text Format", "100"]],
        .tags: [["ole-embedded"], ["exploit"], ["rtf"], ["cve-2017-11882"], ["cve-2018-0802"]],
        .timesSubmitted: [["5"]], .uniqueSources: [["3"]], .signature: [], .imphash: [],
        .threatCategories: [["trojan", "14"]], .threatFamilies: [["malformed", "2"]],
    ]

    /// What recorded files tell; those that are not known here are passed over.
    private static func figures(of object: FileObject) -> Figures {
        switch object.md5.hexadecimal {
        case "99017f6eebbac24f351415dd410d522d":
            // The threat and the sandboxes are there once an analysis has finished.
            object.lastAnalysisDate == nil
                ? program : program.merging(programAnalysed, uniquingKeysWith: { first, _ in first })
        case "119aef5280f0d609dc5b30d454c1b94c": command
        case "ef4cc55c3990ca62bf0523ce105de750": document
        default: [:]
        }
    }

    @Test func recordedFactsAreRight() throws {
        for recorded in try Self.recordings() {
            let facts = try #require(recorded.object.facts)
            for (field, elements) in Self.figures(of: recorded.object) {
                #expect(facts.elements(field) == elements, "\(recorded.name): \(field)")
            }
        }
    }
}

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

    @Test func everyRecordedFileObjectIsRead() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["HASHDROP_RECORDED_ANSWERS"] ?? "")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var read = 0
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
            let stats = attributes.lastAnalysisStats ?? [:]
            #expect(object.sha256.hexadecimal == attributes.sha256, "\(file.lastPathComponent)")
            #expect(
                object.detectionCount == (stats["malicious"] ?? 0) + (stats["suspicious"] ?? 0),
                "\(file.lastPathComponent)")
            #expect(
                object.opinionCount == object.detectionCount + (stats["undetected"] ?? 0)
                    + (stats["harmless"] ?? 0), "\(file.lastPathComponent)")
            read += 1
        }
        #expect(read > 0)
    }
}

import Curl
import Foundation
import Model
import VirusTotal

/// Answers made up for the tests, in VirusTotal's form.
enum Samples {
    static let md5 = FileHash("0cc175b9c0f1b6a831c399e269772661")!
    static let sha1 = FileHash("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")!
    static let sha256 = FileHash("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")!
    static let other = FileHash("92eb5ffee6ae2fec3ad71c777531578f")!
    static let key = APIKey("0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0")!
    static let keyText = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static let identity = #""md5":"\#(md5)","sha1":"\#(sha1)","sha256":"\#(sha256)""#

    /// A file object with these further attributes, written as JSON members.
    static func file(_ attributes: String = "", identity: String = identity) -> String {
        let all = attributes.isEmpty ? identity : identity + "," + attributes
        return #"{"data":{"type":"file","id":"\#(sha256)","attributes":{\#(all)}}}"#
    }

    static func error(_ code: String, _ message: String = "a message") -> String {
        #"{"error":{"code":"\#(code)","message":"\#(message)"}}"#
    }

    static func answer(
        _ status: Int, _ body: String, headers: [(String, String)] = [("Content-Type", "application/json")]
    ) -> VirusTotalAnswer {
        let response = CurlResponse(status: status, headers: CurlHeaders(headers), body: Array(body.utf8))
        return VirusTotalAnswer(response: response, key: key, receivedAt: now)
    }

    /// The file object in an answer with these attributes.
    static func object(_ attributes: String) throws -> FileObject? {
        guard case .known(let object) = try answer(200, file(attributes)).answer(asked: md5) else {
            return nil
        }
        return object
    }

    /// The error that an answer for `md5` is, or nil if it is none.
    static func failure(
        _ status: Int, _ body: String, headers: [(String, String)] = [("Content-Type", "application/json")]
    ) -> VirusTotalError? {
        do throws(VirusTotalError) {
            _ = try answer(status, body, headers: headers).answer(asked: md5)
            return nil
        } catch {
            return error
        }
    }
}

import Foundation
import FoundationNetworking
import Model
import Simulator

/// A plain HTTP client for tests: one request, the answer as it came.
struct TestClient {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: Data

        /// The body as a JSON object; empty if it is none.
        var object: [String: Any] {
            ((try? JSONSerialization.jsonObject(with: body)) as? [String: Any]) ?? [:]
        }
        var data: [String: Any] { object["data"] as? [String: Any] ?? [:] }
        var attributes: [String: Any] { data["attributes"] as? [String: Any] ?? [:] }
        var rows: [String: [String: Any]] {
            attributes["last_analysis_results"] as? [String: [String: Any]] ?? [:]
        }
        var errorCode: String? { (object["error"] as? [String: Any])?["code"] as? String }
        var errorMessage: String? { (object["error"] as? [String: Any])?["message"] as? String }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let baseURL: String
    private let session: URLSession

    init(_ simulator: SimulatedVirusTotal) {
        baseURL = simulator.baseURL
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 600
        session = URLSession(configuration: configuration)
    }

    /// Sends a request; throws where no whole answer comes.
    func send(
        _ method: String = "GET", _ path: String, key: String? = SimulatedAccount.demoKey, body: String? = nil
    ) async throws -> Answer {
        var request = URLRequest(url: URL(string: baseURL + path)!)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        if let key { request.setValue(key, forHTTPHeaderField: "x-apikey") }
        let (data, response) = try await session.data(for: request)
        let http = response as! HTTPURLResponse
        var headers: [String: String] = [:]
        for (name, value) in http.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return Answer(status: http.statusCode, headers: headers, body: data)
    }

    func get(_ path: String, key: String? = SimulatedAccount.demoKey) async throws -> Answer {
        try await send("GET", path, key: key)
    }

    func lookUp(_ hash: FileHash) async throws -> Answer { try await get("/api/v3/files/\(hash)") }
}

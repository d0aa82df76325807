import Foundation
import HTTPTypes
import Hummingbird

/// Control endpoints `/simulator/…`, by which another process sets faults and limits and reads the journal.
///
/// | request | does |
/// | --- | --- |
/// | `GET /simulator/faults` | lists the rules in force |
/// | `POST /simulator/faults` | adds the rule in the body (`FaultRule`), answers 201 `{"id": 1}` |
/// | `DELETE /simulator/faults`, `…/faults/{id}` | removes all rules, or one |
/// | `POST /simulator/world` | changes what is said of a file, as the body says (`WorldChange`) |
/// | `GET /simulator/journal` | the journal as JSON Lines |
/// | `DELETE /simulator/journal` | empties it |
/// | `PUT /simulator/limits` | gives every account the limits in the body (`SimulatedLimits`) |
/// | `DELETE /simulator/quota` | forgets what was used |
struct ControlSurface {
    let api: SimulatedAPI

    static let prefix = "/simulator/"
    /// The longest body that is read.
    private static let bodyBytesMax = 65_536

    func respond(to request: Request) async throws -> Response {
        let path = request.uri.path.dropFirst(Self.prefix.count)
        switch (request.method, path) {
        case (.get, "faults"): return Self.json(.ok, try JSONEncoder().encode(api.faults))
        case (.post, "faults"):
            return try await reading(FaultRule.self, from: request) { rule in
                Self.json(.created, Data("{\"id\": \(api.addFault(rule))}".utf8))
            }
        case (.delete, "faults"): api.removeAllFaults()
        case (.post, "world"):
            return try await reading(WorldChange.self, from: request) { change in
                api.change(change)
                return Response(status: .noContent)
            }
        case (.get, "journal"): return journal
        case (.delete, "journal"): api.clearJournal()
        case (.put, "limits"):
            return try await reading(SimulatedLimits.self, from: request) { limits in
                api.setLimits(limits)
                return Response(status: .noContent)
            }
        case (.delete, "quota"): api.resetQuotas()
        case (.delete, let other):
            guard other.hasPrefix("faults/"), let id = Int(other.dropFirst("faults/".count)) else {
                return Self.notFound
            }
            api.removeFault(id)
        default: return Self.notFound
        }
        return Response(status: .noContent)
    }

    private var journal: Response {
        let lines = api.journal.entries.map { $0.jsonLine + "\n" }.joined()
        return Response(
            status: .ok, headers: [.contentType: "application/jsonl"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: lines)))
    }

    /// Decodes the body and does `use` with it; answers 400 and the reason where it cannot be read.
    private func reading<Value: Decodable>(
        _ type: Value.Type, from request: Request, _ use: (Value) -> Response
    ) async throws -> Response {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Self.bodyBytesMax)
        } catch {
            return Self.refusal(.contentTooLarge, "the body is longer than \(Self.bodyBytesMax) bytes")
        }
        do {
            return use(try JSONDecoder().decode(type, from: Data(body.readableBytesView)))
        } catch DecodingError.dataCorrupted(let context) {
            return Self.refusal(.badRequest, context.debugDescription)
        } catch DecodingError.keyNotFound(let key, _) {
            return Self.refusal(.badRequest, "the body lacks '\(key.stringValue)'")
        } catch DecodingError.typeMismatch(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            return Self.refusal(.badRequest, "'\(key)' is of the wrong type")
        } catch {
            return Self.refusal(.badRequest, "the body cannot be read: \(error)")
        }
    }

    private static var notFound: Response { refusal(.notFound, "there is no such control") }

    private static func refusal(_ status: HTTPResponse.Status, _ reason: String) -> Response {
        var body = JSONWriter()
        body.object { $0.member("error", reason) }
        return json(status, Data(body.bytes))
    }

    private static func json(_ status: HTTPResponse.Status, _ body: Data) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

import FileSystem
import Foundation
import Glibc
import Settings
import Support
import Synchronization
import VirusTotal

/// The API key, from the environment, the configured file or a systemd credential; a key that changes in its
/// file is noticed.
final class KeySource: Sendable {
    static let variable = "HASHDROP_VIRUSTOTAL_API_KEY"
    static let credentialName = "virustotal-api-key"

    private struct State {
        var key: APIKey
        var generation = 0
    }

    /// What is unwise about the key's place, for the operator.
    let concerns: [Explanation]
    private let file: String?
    private let state: Mutex<State>

    /// - Throws: `CommandFailure` if there is no key, or none that can be one.
    init(settings: HashdropSettings.VirusTotal, environment: [String: String]) throws {
        if let text = environment[Self.variable] {
            file = nil
            guard let key = APIKey(text) else {
                throw CommandFailure(
                    .configuration,
                    "\(Self.variable) is no API key", advice: "copy it from your VirusTotal account page")
            }
            state = Mutex(State(key: key))
            concerns =
                settings.apiKeyFile.map {
                    [
                        Explanation(
                            "\(Self.variable) is set, so the API key file '\($0)' is not read",
                            advice: "take one of them away")
                    ]
                } ?? []
            return
        }
        let credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(Self.credentialName)" }
        guard
            let path = settings.apiKeyFile
                ?? credential.flatMap({ FileManager.default.fileExists(atPath: $0) ? $0 : nil })
        else {
            throw CommandFailure(
                .configuration,
                "There is no VirusTotal API key",
                advice: "put it into a file that only hashdrop can read and name that in "
                    + "virustotal.apiKeyFile, or set \(Self.variable). 'hashdrop demo' runs without a key")
        }
        file = path
        state = Mutex(State(key: try Self.read(path)))
        concerns =
            Self.allAccountsMayRead(path)
            ? [
                Explanation(
                    "The API key file '\(path)' lets every account of this machine read it",
                    advice: "'chmod o= \(path)' ends that")
            ] : []
    }

    /// What to do when VirusTotal refuses the key.
    var advice: String {
        file.map { "Put the right one into '\($0)'; it is noticed within a minute, without a restart." }
            ?? "Set \(Self.variable) to the right one and start hashdrop again."
    }

    var key: APIKey { state.withLock(\.key) }

    /// Reads the file again; the number changes when the key has.
    func generation() -> Int {
        guard let file, let key = try? Self.read(file) else { return state.withLock(\.generation) }
        return state.withLock { state in
            if key != state.key { state = State(key: key, generation: state.generation + 1) }
            return state.generation
        }
    }

    private static func allAccountsMayRead(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IROTH != 0
    }

    /// Longer ones are another file's content.
    private static let bytesMax = 4_096

    private static func read(_ path: String) throws -> APIKey {
        let bytes: [UInt8]
        do throws(NamedFile.Refusal) {
            bytes = try NamedFile.bytes(at: path, max: bytesMax)
        } catch {
            throw CommandFailure(
                .configuration, "The API key file '\(path)' cannot be read (\(error.reason))",
                advice: "\(error.advice), or name another in virustotal.apiKeyFile")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.count <= bytesMax, let key = APIKey(text) else {
            let isEmpty = text.allSatisfy(\.isWhitespace)
            throw CommandFailure(
                .configuration,
                isEmpty
                    ? "The API key file '\(path)' is empty"
                    : "The API key file '\(path)' must hold one key and nothing else",
                advice: "put your VirusTotal API key into it")
        }
        return key
    }
}

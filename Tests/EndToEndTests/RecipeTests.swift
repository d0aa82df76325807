import Foundation
import Model
import TestSupport
import Testing

/// The recipes of config/RECIPES.md: its very commands and files, with the real servers and clients.
@Suite(.limited(.daemon))
struct RecipeTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config")

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// A file of config/.
    static func file(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// The commands below a heading of a document, by default RECIPES.md: its `number`-th block for a shell.
    static func commands(
        _ heading: String, _ number: Int = 0, of document: String = "RECIPES.md"
    ) throws -> String {
        let sections = try file(document).components(separatedBy: "\n## ")
        guard let section = sections.first(where: { $0.hasPrefix(heading + "\n") }) else {
            throw Missing(description: "\(document) has no heading '\(heading)'")
        }
        let blocks = section.components(separatedBy: "\n```sh\n").dropFirst()
        guard let block = blocks.dropFirst(number).first?.components(separatedBy: "\n```\n").first else {
            throw Missing(description: "'\(heading)' in \(document) has no command \(number)")
        }
        return block
    }

    /// `text` with each of the pairs replaced, which must stand in it once: else the recipe and its test have
    /// drifted apart.
    static func replacing(in text: String, _ pairs: KeyValuePairs<String, String>) throws -> String {
        try pairs.reduce(text) { text, pair in
            let parts = text.components(separatedBy: pair.key)
            guard parts.count == 2 else {
                throw Missing(description: "the recipe has '\(pair.key)' \(parts.count - 1) times")
            }
            return parts.joined(separator: pair.value)
        }
    }

    /// Three hashes, one a line; the same number is the same list.
    static func list(_ number: Int) -> String {
        (0..<3).map { Samples.hash(50_000 + number * 10 + $0).hexadecimal + "\n" }.joined()
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard result == 0 else { throw Missing(description: "no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

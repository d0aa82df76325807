import Foundation

/// A script beside the tests that asks another project's Python library; it prints what it saw and fails
/// on the first fact that does not hold.
package struct PythonScript {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    let path: String
    private let python: String

    /// - Parameter path: the script's, beside `file`. Throws if there is no Python of `make test`.
    package init(_ path: String, file: String = #filePath) throws {
        let folder = URL(filePath: file).deletingLastPathComponent()
        self.path = folder.appending(path: path).path(percentEncoded: false)
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let standard = root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        python = ProcessInfo.processInfo.environment["HASHDROP_PYTHON"] ?? standard
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Missing(
                description:
                    "there is no Python with the tests' packages at \(python): `make test` sets it up")
        }
    }

    /// Runs it to its end. What it prints goes through a file, so that it never waits for a reader.
    package func run(_ arguments: [String]) async throws -> (status: Int32, text: String) {
        try await Self.run(python, [path] + arguments)
    }

    /// Runs any program in the same way.
    package static func run(_ program: String, _ arguments: [String]) async throws -> (
        status: Int32, text: String
    ) {
        let folder = TemporaryFolder()
        let url = folder.url.appending(path: "output")
        _ = FileManager.default.createFile(atPath: url.path(percentEncoded: false), contents: nil)
        let output = try FileHandle(forWritingTo: url)
        let status = try await ChildProcess(program, arguments, output: output, errors: output).end()
        try output.close()
        return (status, String(decoding: try Data(contentsOf: url), as: UTF8.self))
    }
}

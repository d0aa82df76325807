import Foundation

/// Self-signed certificate for this machine, and its key; valid for two days.
package struct TestCertificate: Sendable {
    package let chainFile: String
    package let keyFile: String

    /// The files are there for as long as a copy of this is.
    private let folder = TemporaryFolder()

    /// Makes them, by openssl. Throws if that fails.
    package init() async throws {
        chainFile = folder.path("certificate.pem")
        keyFile = folder.path("key.pem")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", keyFile, "-out", chainFile,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Waiting in Process would hold one of the few threads that tests run on.
        try await eventually("the certificate is made") { !process.isRunning }
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    }

    private struct Failure: Error {
        var status: Int32
    }
}

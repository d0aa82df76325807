import Foundation

/// A certificate that nobody has signed but itself, for this machine, and its key; for two days.
package struct TestCertificate: Sendable {
    package let chainFile: String
    package let keyFile: String

    /// Made anew in `folder`, by openssl. Throws if that fails.
    package init(in folder: TemporaryFolder) async throws {
        chainFile = folder.path("page-certificate.pem")
        keyFile = folder.path("page-key.pem")
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

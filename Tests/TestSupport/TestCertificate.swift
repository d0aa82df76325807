import Foundation

/// A certificate for 127.0.0.1 that signs itself, made by the openssl command for one test.
package struct TestCertificate: Sendable {
    /// In PEM form; a client that trusts it has it as its only authority.
    package let certificateFile: String
    package let keyFile: String

    /// - Throws: if there is no openssl command, or it fails.
    package init(in folder: TemporaryFolder) throws {
        certificateFile = folder.path("certificate.pem")
        keyFile = folder.path("key.pem")
        let openSSL = Process()
        openSSL.executableURL = URL(filePath: "/usr/bin/openssl")
        openSSL.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", keyFile, "-out",
            certificateFile,
        ]
        openSSL.standardError = FileHandle.nullDevice
        try openSSL.run()
        openSSL.waitUntilExit()
        guard openSSL.terminationStatus == 0 else { throw Failure(status: openSSL.terminationStatus) }
    }

    private struct Failure: Error {
        var status: Int32
    }
}

import Foundation

/// Why the page cannot be served.
package enum WebError: Error, Hashable, CustomStringConvertible {
    /// It cannot listen at the address; `problem` is the system's.
    case cannotListen(ListenAddress, problem: String)
    /// The certificate or its key cannot be used; `problem` is the library's.
    case certificate(chainFile: String, keyFile: String, problem: String)
    /// A setting contradicts another.
    case options(String)
    /// A report's file cannot be read; `code` is the `errno`.
    case cannotRead(code: Int32)

    /// What happened and what to do about it.
    package var description: String {
        switch self {
        case .cannotListen(let address, let problem):
            "The web page cannot listen on \(address): \(problem). Set web.listen to another address, or to "
                + "off to do without the page."
        case .certificate(let chainFile, let keyFile, let problem):
            "The certificate '\(chainFile)' (web.certificateFile) with the key '\(keyFile)' (web.keyFile) cannot "
                + "be used: \(problem); both must be PEM files that this account can read and that belong "
                + "together."
        case .options(let sentence): sentence
        case .cannotRead(let code): "A report cannot be read: \(String(cString: strerror(code)))."
        }
    }
}

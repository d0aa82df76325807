import Foundation

/// Error that keeps the page from being served.
package enum WebError: Error, Hashable, CustomStringConvertible {
    /// It cannot listen at the address; `problem` is the system's.
    case cannotListen(ListenAddress, problem: String)
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
        case .options(let sentence): sentence
        case .cannotRead(let code): "A report cannot be read: \(String(cString: strerror(code)))."
        }
    }
}

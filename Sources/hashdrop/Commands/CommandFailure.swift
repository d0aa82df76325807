import ArgumentParser
import Curl
import FileSystem
import Foundation
import Model
import Monitoring
import Notifications
import Pipeline
import PostgreSQL
import Reporting
import Settings
import SharedStore
import Simulator
import Spool
import Store
import Support
import VirusTotal
import Web

/// Why a command ends: one sentence, and an exit code by kind (the numbers of `sysexits.h`).
struct CommandFailure: ExplainedError, CustomStringConvertible {
    enum Code: Int32 {
        case usage = 64
        /// The dropped file was refused.
        case data = 65
        case noInput = 66
        case noUser = 67
        case unavailable = 69
        case system = 71
        case cannotCreate = 73
        case temporary = 75
        case noPermission = 77
        case configuration = 78
    }

    let code: Code
    let explanation: Explanation
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
        explanation = Explanation(sentence: description)
    }

    init(_ code: Code, _ reason: String, advice: String) {
        self.code = code
        explanation = Explanation(reason, advice: advice)
        description = explanation.description
    }

    /// Ends the program as the error deserves.
    static func exit(for error: any Error) -> Never {
        guard let failure = failure(for: error) else { Hashdrop.exit(withError: error) }
        FileHandle.standardError.write(Data("hashdrop: \(failure.description)\n".utf8))
        Foundation.exit(failure.code.rawValue)
    }

    /// The failure, or nil for what the argument parser explains itself.
    private static func failure(for error: any Error) -> CommandFailure? {
        switch error {
        case let failure as CommandFailure: failure
        case let error as SettingsError: CommandFailure(.configuration, error.description)
        case let error as VirusTotalEndpointError: CommandFailure(.configuration, error.description)
        case let error as NotificationError: CommandFailure(.configuration, error.description)
        case let error as StoreError: CommandFailure(code(for: error.kind), error.description)
        case let error as SharedError: CommandFailure(code(for: error), sentence(error.description))
        case let error as PostgreSQLError:
            CommandFailure(code(for: SharedError.database(error)), sentence(error.description))
        case let error as FileSystemError:
            CommandFailure(code(for: error), sentence(error.description))
        case let error as ReportsFolder.Failure: CommandFailure(.temporary, "\(error)")
        case let error as SpoolError: CommandFailure(.system, error.description)
        case let error as SimulatorError: CommandFailure(.unavailable, sentence("\(error)"))
        case let error as CurlError:
            CommandFailure(error.kind == .invalidRequest ? .configuration : .system, sentence("\(error)"))
        case let error as WebError: CommandFailure(code(for: error), error.description)
        case let error as MonitoringError: CommandFailure(code(for: error), error.description)
        case is ValidationError, is CleanExit, is ExitCode: nil
        case let error as CocoaError: CommandFailure(.system, sentence(error.localizedDescription))
        default: isFromParser(error) ? nil : CommandFailure(.system, sentence("\(error)"))
        }
    }

    private static func code(for error: FileSystemError) -> Code {
        switch error.errorNumber {
        case EACCES, EPERM: .noPermission
        // A name that no file can have.
        case EINVAL: .usage
        // A file of that name waits; it will be gone in a moment.
        case EEXIST: .temporary
        case EFBIG: .data
        default: error.isDiskFull ? .temporary : .system
        }
    }

    private static func code(for kind: StoreError.Kind) -> Code {
        switch kind {
        case .noSuchUser: .noUser
        case .noSuchJob: .noInput
        case .userExists: .cannotCreate
        case .missing, .cannotOpen: .system
        case .notOurs, .tooNew, .wrongEndpoint: .configuration
        }
    }

    private static func code(for error: SharedError) -> Code {
        switch error {
        case .database(.address): .configuration
        case .database(let error): error.isRetryable ? .unavailable : .system
        case .notAdmitted: .noPermission
        case .noSchema, .newerSchema, .olderSchema, .wrongEndpoint, .foreignSite: .configuration
        case .supplanted, .forgotten: .temporary
        }
    }

    private static func code(for error: WebError) -> Code {
        switch error {
        case .cannotListen: .unavailable
        case .options: .configuration
        case .cannotRead: .system
        }
    }

    private static func code(for error: MonitoringError) -> Code {
        switch error {
        case .cannotListen: .unavailable
        case .options: .configuration
        }
    }

    // The library's own errors (unknown option, help) are not public by name.
    private static func isFromParser(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    private static func sentence(_ text: String) -> String {
        let text = text.prefix(1).uppercased() + text.dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}

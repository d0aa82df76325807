import Foundation
import Store
import Support

/// Delivery by a program of the operator's: the message is on its standard input, and exit code 0 is a
/// receipt.
struct HookDelivery: DeliveryMethod {
    let channel = NotificationChannel.hook
    private let options: NotificationOptions.Hook
    private let clock: any ServiceClock

    /// Throws a `NotificationError` for a program that cannot be started.
    init(_ options: NotificationOptions.Hook, clock: any ServiceClock) throws {
        guard let program = options.arguments.first, program.hasPrefix("/") else {
            throw NotificationError(
                "The setting notify.hook must begin with the absolute path of a program",
                advice: "write it from '/' on, for it is run there")
        }
        if let obstacle = Self.obstacle(to: program) {
            throw NotificationError(
                "The program '\(program)' (notify.hook) cannot be run by this account\(obstacle.reason)",
                advice: obstacle.advice)
        }
        self.options = options
        self.clock = clock
    }

    /// What keeps a program from being run, as the end of a sentence, and what to do; nil if nothing does.
    private static func obstacle(to program: String) -> (reason: String, advice: String)? {
        var isFolder: ObjCBool = false
        // What is in a folder that is closed to this account is missing for it, too.
        guard FileManager.default.fileExists(atPath: program, isDirectory: &isFolder) else {
            return (
                reason: ": it is missing",
                advice: "put it there where this account may enter the folder, or name another"
            )
        }
        if isFolder.boolValue { return (reason: ": it is a folder", advice: "name the program in it") }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            return (reason: "", advice: "name another, or 'chmod a+x' it")
        }
        return nil
    }

    func deliver(
        _ message: NotificationMessage, to subscription: Subscription?, at now: Date
    ) async -> DeliveryOutcome {
        do {
            let input = try message.json(isLocal: true)
            let (ending, output) = try await HookProcess.start(options.arguments).outcome(
                input: input, timeout: options.timeout, clock: clock)
            let words = output.isEmpty ? "" : ": \(String(decoding: output, as: UTF8.self).showingControls)"
            return switch ending {
            case .exited(0): .delivered
            case .exited(let code):
                .failed("the hook ended with exit code \(code)\(words)", concernsChannel: true)
            case .killed(let signal):
                .failed("the hook was ended by signal \(signal)\(words)", concernsChannel: true)
            case .timedOut:
                .failed(
                    "the hook took longer than \(options.timeout) and was ended\(words)",
                    concernsChannel: true)
            }
        } catch {
            return .failed("\(error)", concernsChannel: true)
        }
    }
}

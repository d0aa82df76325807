import Foundation
import Glibc

/// Asks for a password without showing it.
enum PasswordPrompt {
    private static let charactersMin = 8
    private static let bytesMax = 1024

    /// The first line of standard input.
    static func fromStandardInput() throws -> String {
        try checked(readLine() ?? "")
    }

    /// Twice, from the terminal.
    static func fromTerminal() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                .usage,
                "There is no terminal to ask for the password; give it on standard input with "
                    + "--password-stdin.")
        }
        let first = try checked(ask("New password: "))
        guard ask("Once more: ") == first else {
            throw CommandFailure(.usage, "The two passwords differ; nothing was changed.")
        }
        return first
    }

    /// The password, or why it is none.
    static func checked(_ password: String, _ name: String = "A password") throws -> String {
        guard password.count >= charactersMin, password.utf8.count <= bytesMax else {
            throw CommandFailure(
                .usage,
                "\(name) must have at least \(charactersMin) characters and at most \(bytesMax) bytes.")
        }
        return password
    }

    private static func ask(_ question: String) -> String {
        FileHandle.standardError.write(Data(question.utf8))
        var shown = termios()
        tcgetattr(STDIN_FILENO, &shown)
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return readLine() ?? ""
    }
}

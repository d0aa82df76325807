import Foundation
import Glibc
import Model
import Reporting
import Store

/// What a look at the database's file has shown, and what it means. Pure.
struct DatabaseFindings {
    let path: String
    let look: Result<DatabaseFacts, StoreError>
    /// Whether the file may be written to: 0 or the errno.
    var writing: Int32 = 0
    /// Where verdicts are to come from.
    let endpoint: String

    /// Of so many free pages something should be done, if they are half of the file.
    static let freeBytesWarning: Int64 = 1 << 30

    func findings(_ account: Account, isServed: Bool) -> [Finding] {
        switch look {
        case .failure(let error): [refusal(error, account)]
        case .success where ![0, ENOENT].contains(writing): [unwritable(account)]
        case .success(let facts): [whole(facts, isServed: isServed), size(facts)]
        }
    }

    private func unwritable(_ account: Account) -> Finding {
        let file = ShellWord.quoted(path)
        return account.refused(
            .database, path, writing, "it cannot be written",
            advice: "sudo chown \(ShellWord.quoted(account.daemonName)): \(file) && sudo chmod 600 \(file)")
    }

    private func refusal(_ error: StoreError, _ account: Account) -> Finding {
        switch error.kind {
        case .cannotOpen where account.isStranger && account.userID != 0:
            .warning(.database, path, "it cannot be opened as '\(account.name)'", advice: account.advice)
        default:
            .byError(.database, path, .failed, error.description, advice: "Restore a backup")
        }
    }

    private func whole(_ facts: DatabaseFacts, isServed: Bool) -> Finding {
        if let problem = facts.problem {
            return .byError(.database, path, .failed, problem, advice: "Restore a backup")
        }
        if let origin = facts.endpoint, origin != endpoint, facts.isUsed {
            return .failed(
                .database, path,
                "it was filled from \(origin), but the configured endpoint is \(endpoint), so no daemon "
                    + "starts",
                advice: "Use another spool folder for this endpoint, or set virustotal.endpoint back")
        }
        guard facts.isCurrent else {
            if facts.bytes == 0 {
                return .ok(.database, path, "empty; the next start makes its tables")
            }
            let made = "whole; made by an earlier version of hashdrop"
            return isServed
                ? .warning(
                    .database, path, "\(made), which still serves it", advice: "Start the daemon again")
                : .ok(.database, path, "\(made); the next start brings it up to date")
        }
        return .ok(.database, path, "whole")
    }

    private func size(_ facts: DatabaseFacts) -> Finding {
        let message = "\(Wording.size(facts.bytes)), \(Wording.size(facts.freeBytes)) of it free"
        guard facts.freeBytes >= Self.freeBytesWarning, facts.freeBytes * 2 >= facts.bytes else {
            return .ok(.databaseSize, path, message)
        }
        return .warning(
            .databaseSize, path, "\(message), which only the database itself uses again",
            advice: "To give it to the disk, stop hashdrop and: sqlite3 \(ShellWord.quoted(path)) VACUUM")
    }
}

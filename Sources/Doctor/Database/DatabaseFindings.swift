import Foundation
import Glibc
import Model
import Reporting
import Spool
import Store

/// What a look at the database's file has shown, and what it means. Pure.
struct DatabaseFindings {
    let path: String
    let look: Result<DatabaseFacts, StoreError>
    /// Whether the file may be written to: 0 or the errno.
    var writing: Int32 = 0
    /// Where verdicts are to come from.
    let endpoint: String
    /// The names of the folders in the spool and among the reports that can be users'.
    var userFolders: [UserName] = []

    /// Of so many free pages something should be done, if they are half of the file.
    static let freeBytesWarning: Int64 = 1 << 30

    func findings(_ account: Account, isServed: Bool) -> [Finding] {
        switch look {
        case .failure(let error): [refusal(error, account)]
        case .success where ![0, ENOENT].contains(writing): [unwritable(account)]
        case .success(let facts): [whole(facts, account, isServed: isServed), size(facts)]
        }
    }

    private func unwritable(_ account: Account) -> Finding {
        let file = ShellWord.quoted(path)
        return account.refused(
            .database, path, writing, "it cannot be written",
            advice: "sudo chown \(ShellWord.quoted(account.daemonName)): \(file) && sudo chmod 600 \(file)")
    }

    private func refusal(_ error: StoreError, _ account: Account) -> Finding {
        let isBarred = account.isStranger && account.userID != 0
        return switch error.kind {
        // What is in a folder that is closed to an account looks as if it were not there.
        case .missing where isBarred, .cannotOpen where isBarred:
            .warning(.database, path, "it cannot be opened as '\(account.name)'", advice: account.advice)
        case .missing:
            .failed(
                .database, path, "there is no database",
                advice: "'\(account.command("user add NAME"))' and '\(account.command("serve"))' make one; "
                    + "where there was one, copy a backup in its place")
        default: .explained(.database, path, .failed, error.explanation, advice: "Restore a backup")
        }
    }

    /// That the database has no user while there are folders of users.
    private func emptied(_ account: Account) -> Finding {
        .failed(
            .database, path,
            "it has no user, but there are folders of users (\(SpoolFolder.namesInWords(userFolders))): was "
                + "it emptied, or is it a new one in the place of another?",
            advice: "Stop hashdrop and copy a backup in its place; without one add each of them again "
                + "('\(account.command("user add NAME"))'), but then the count of the quota starts at 0")
    }

    private func whole(_ facts: DatabaseFacts, _ account: Account, isServed: Bool) -> Finding {
        if let problem = facts.problem {
            return .explained(.database, path, .failed, problem, advice: "Restore a backup")
        }
        if let origin = facts.endpoint, origin != endpoint, facts.isUsed {
            return .failed(
                .database, path,
                "it was filled from \(origin), but the configured endpoint is \(endpoint), so no daemon "
                    + "starts",
                advice: "Use another spool folder for this endpoint, or set virustotal.endpoint back")
        }
        if facts.users.isEmpty, !userFolders.isEmpty { return emptied(account) }
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

import Foundation
import Lookup
import Model
import Pipeline
import Reporting
import Settings
import Spool
import Store
import Support

/// What the folders and the database tell while no daemon runs, as the last run left them.
struct StoppedStatus: Codable {
    /// The requests of this UTC day and month, by the ledger.
    var day: Quota
    var month: Quota
    var folders: [SpoolLook.Folder]
    /// Why the folders cannot be looked at.
    var folderTrouble: String?
    /// When VirusTotal first and last refused the key; nil unless it did at the last request.
    var keyRefusedSince: Date?
    var keyRefusedLast: Date?

    init(_ settings: HashdropSettings, _ database: HashdropDatabase) throws {
        let ledger = database.ledger
        let spent = try ledger.spending(at: ledger.steadyClock(over: SystemClock()).now)
        let limits = settings.lookupOptions.limits
        day = Quota(used: spent.today, limit: limits.requestsPerDayLimit)
        month = Quota(used: spent.thisMonth, limit: limits.requestsPerMonthLimit)
        let refusal = try ledger.keyRefusal()
        (keyRefusedSince, keyRefusedLast) = (refusal?.first, refusal?.last)
        let users = try database.users.all().map(\.name)
        do {
            folders = try SpoolLook(of: SpoolFolder(path: settings.spool.directory), users: users).folders
        } catch {
            folders = []
            folderTrouble = "\(error)"
        }
    }

    /// Lines for people; quotas are put into words by `words`.
    func lines(quota words: (Quota) -> String) -> [String] {
        var lines = [
            "As the last run left it:",
            "Quota:  \(words(day)) today, \(words(month)) this month (UTC)",
        ]
        if let keyRefusedSince, let keyRefusedLast {
            lines.append(
                "Key:    refused by VirusTotal since \(UTCTime(keyRefusedSince).minuteText) UTC, last at "
                    + "\(UTCTime(keyRefusedLast).minuteText) UTC; 'hashdrop doctor' says what to do")
        }
        if let folderTrouble { return lines + ["Folders cannot be looked at: \(folderTrouble)"] }
        lines.append("Folders:")
        for folder in folders {
            if let problem = folder.problem {
                lines.append("  \(folder.user): \(problem)")
                continue
            }
            let files = Wording.count(folder.waitingFiles, "file waits", "files wait")
            lines.append("  \(folder.user): \(files) for a daemon")
            lines += folder.files.map { "    \($0)" }
            if folder.waitingFiles > folder.files.count {
                lines.append("    and \(folder.waitingFiles - folder.files.count) more")
            }
        }
        return lines
    }
}

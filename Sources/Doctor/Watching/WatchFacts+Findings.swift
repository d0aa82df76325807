import Glibc
import Model
import Spool

/// What a trial run of the helper means. Pure.
extension WatchFacts {
    /// Without hashdrop-watch the folders are polled.
    static func missingHelper(_ path: String, poll: Duration) -> Finding {
        .warning(
            .helper, path,
            "there is no such program, so all folders are looked through every \(poll.components.seconds) s",
            advice: "Install hashdrop-watch there, or in libexec/hashdrop beside the folder of hashdrop")
    }

    func helperFinding(_ helper: String) -> Finding {
        switch run {
        case .running where root != nil: return .ok(.helper, helper, "runs and watches the spool")
        case .running, .silent:
            return .failed(
                .helper, helper, "it said nothing of the spool for 10 s",
                advice: "Run it by hand to see its complaint: \(ShellWord.quoted(helper)) \"$(mktemp -d)\"")
        case .lost(let loss):
            return .failed(.helper, helper, Self.reason(of: loss), advice: Self.advice(for: loss, helper))
        }
    }

    /// Without the daemon's own next steps, which this run does not take.
    private static func reason(of loss: WatcherLoss) -> String {
        let sentence = loss.description
        return sentence.firstRange(of: "; the folders are polled").map { String(sentence[..<$0.lowerBound]) }
            ?? sentence
    }

    private static func advice(for loss: WatcherLoss, _ helper: String) -> String {
        switch loss {
        case .exited(status: 127, _): "sudo apt-get install libinotifytools0"
        case .exited(status: 71, _): "See inotify-instances"
        case .exited(status: 66, _): "See the findings of the spool folder"
        case .exited(status: 64, _): "Install hashdrop and hashdrop-watch of one version"
        case .notStarted(_, ENOEXEC, _), .notStarted(_, ELIBBAD, _):
            "Install one that was built for this machine"
        default: "Run it by hand to see its complaint: \(ShellWord.quoted(helper)) \"$(mktemp -d)\""
        }
    }

    /// Whether events of the spool and of each drop folder come; nothing where the helper does not run.
    func eventFindings(spool: String, _ account: Account) -> [Finding] {
        guard run == .running, root != nil else { return [] }
        var findings = [watchFinding(root, spool, account) ?? .ok(.events, spool, "new folders are told of")]
        for (user, folder) in folders.sorted(by: { $0.key < $1.key }) {
            let path = "\(spool)/\(user)"
            findings.append(watchFinding(folder.watch, path, account) ?? folder.finding(path, account))
        }
        return findings
    }

    /// What is wrong with a watch; nil if it is armed.
    private func watchFinding(_ watch: FolderHint.Watch?, _ path: String, _ account: Account) -> Finding? {
        switch watch {
        case .armed: return nil
        case nil, .gone:
            return .warning(
                .events, path, "the helper does not watch it", advice: "See the other findings of the folder")
        case .failed(ENOSPC):
            return .warning(
                .events, path, "it is not watched: the kernel's watches are used up",
                advice: "See inotify-watches")
        case .failed(let number):
            return account.refused(
                .events, path, number, "it cannot be watched, so it is polled",
                advice: "Give the account '\(account.daemonName)' the right to read the folder")
        }
    }
}

extension WatchFacts.Folder {
    fileprivate func finding(_ path: String, _ account: Account) -> Finding {
        switch probing {
        case 0 where isTold: return .ok(.events, path, "a new file is told of")
        case 0:
            return .warning(
                .events, path, "no event told of a new file within 3 s, so files are found by scans",
                advice: "Keep the spool on a disk of this machine; or put up with it (spool.poll, "
                    + "spool.safetyScan)")
        case nil:
            return .warning(.events, path, "not tried", advice: "Ask again")
        case let number?:
            return account.refused(
                .events, path, number, "not tried, for no file can be made in it", advice: "See rename")
        }
    }
}

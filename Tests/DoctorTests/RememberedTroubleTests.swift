import Foundation
import Glibc
import Model
import Simulator
import Store
import Support
import TestSupport
import Testing
import VirusTotal

@testable import Doctor

/// What the database remembers of a refused key and of channels that fail, and files with secrets.
@Suite(.limited(.processor))
struct RememberedTroubleTests {
    private let folder = TemporaryFolder()
    private let account = FolderFindingsTests.daemon

    private func trouble(attempts: Int) -> ChannelTrouble {
        ChannelTrouble(
            channel: .webhook, waiting: 2, attempts: attempts, since: Samples.now, lastError: "status 500")
    }

    @Test func aChannelThatFailsForLongIsFailedAndOneThatFailedOnceIsNot() {
        let channels = [ChannelFacts(.webhook, setting: "notify.webhookFile", refusal: nil)]
        let lasting = trouble(attempts: 3).finding(channels)
        #expect((lasting.state, lasting.subject) == (.failed, "notify.webhookFile"))
        #expect(lasting.message.contains("2 notifications wait"))
        #expect(lasting.message.hasSuffix("last error: status 500"))
        #expect(trouble(attempts: 2).finding(channels).state == .warning)
        // The settings have another channel by now.
        #expect(trouble(attempts: 3).finding([]).subject == "webhook")
    }

    @Test func aChannelThatCannotStartFailsOnce() {
        let refused = ChannelFacts(
            .webhook, setting: "notify.webhook", refusal: Explanation("it is no URL", advice: "write one"))
        #expect(refused.finding(account).state == .failed)
        #expect(trouble(attempts: 9).finding([refused]).state == .warning)
    }

    private func secret(_ name: String, _ mode: mode_t) throws -> SecretFileFacts {
        let path = folder.path(name)
        try Data("secret\n".utf8).write(to: URL(filePath: path))
        chmod(path, mode)
        return SecretFileFacts(path: path)
    }

    @Test(
        arguments: [
            (0o600, nil), (0o640, nil), (0o400, nil), (0o644, "o="), (0o604, "o="), (0o602, "o="),
            (0o660, "g-w"),
        ] as [(mode_t, String?)])
    func aSecretThatOthersMayReadOrChangeIsSaidWithTheCommand(_ mode: mode_t, _ change: String?) throws {
        let channel = ChannelFacts(
            .webhook, setting: "notify.webhook", refusal: nil, files: [try secret("hook.secret", mode)])
        let findings = channel.findings(account)
        #expect(findings.first?.state == .ok)
        let path = ShellWord.quoted(folder.path("hook.secret"))
        let advice: [String?] = change.map { ["sudo chmod \($0) \(path)"] } ?? []
        #expect(findings.dropFirst().map(\.advice) == advice)
        #expect(findings.dropFirst().allSatisfy { $0.state == .warning && $0.check == .notifications })
    }

    @Test func whatIsNoFileHasNoMode() {
        #expect(mkfifo(folder.path("pipe"), 0o644) == 0)
        #expect(SecretFileFacts(path: folder.path("pipe")).finding(.keyFile) == nil)
        #expect(SecretFileFacts(path: folder.path("missing")).finding(.keyFile) == nil)
    }

    @Test func aRefusedKeyIsToldWithWhatToDo() throws {
        let key = APIKey(SimulatedAccount.demoKey)
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
        let path = try secret("vt.key", 0o600).path
        func finding(_ place: KeyFacts.Place, last: Date) -> Finding {
            KeyFacts(place: place, key: key).refusalFinding(
                KeyRefusal(first: last - 3_600, last: last), "https://v", HashdropCall())
        }
        let inFile = finding(.file(path), last: now + 60)
        #expect((inFile.check, inFile.state) == (.keyAccepted, .failed))
        #expect(inFile.message.contains("since \(UTCTime(now - 3_540).minuteText) UTC"))
        #expect(inFile.advice?.contains("into '\(path)'; 'hashdrop doctor --ask' tries it") == true)
        #expect(finding(.variable("V"), last: now).advice?.contains("start the daemon again") == true)
        // Another key stands there since.
        let changed = finding(.file(path), last: now - 60)
        #expect((changed.state, changed.message.contains("has changed since")) == (.warning, true))
    }

    @Test func aGroupOfTheUnitsAloneIsNotTakenForALackOfRights() {
        var root = FolderFindingsTests.root
        var drop = FolderFindingsTests.folder(FolderFindingsTests.alice, owner: 1_000, mode: 0o2770)
        #expect(drop.shutOutFinding(root)?.state == .failed)
        // No daemon runs, whose groups could be looked at.
        root.areGroupsCertain = false
        let finding = drop.shutOutFinding(root)
        #expect(finding?.state == .warning)
        #expect(finding?.advice?.contains("SupplementaryGroups=g") == true)
        drop.mode = 0o2750
        #expect(drop.shutOutFinding(root)?.state == .failed)
        root.daemonGroups = ["g"]
        drop.mode = 0o2770
        #expect(drop.shutOutFinding(root) == nil)
    }
}

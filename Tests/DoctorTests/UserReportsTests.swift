import Glibc
import Model
import Testing

@testable import Doctor

/// What a user's report folder means, for a group that drops the user's lists. hashdrop's own group is `g`.
@Suite struct UserReportsTests {
    private static let account: Account = {
        var account = FolderFindingsTests.daemon
        account.daemonGroupName = "g"
        return account
    }()

    private func finding(
        _ mode: UInt32 = 0o750, group: String = "g", dropping: String?,
        standing: FolderFacts.Standing = .folder, hasAccessList: Bool = false,
        account: Account = UserReportsTests.account
    ) -> Finding {
        var facts = FolderFindingsTests.folder(
            .userReports(UserName("alice")!), mode: mode, standing: standing)
        facts.groupName = group
        facts.hasAccessList = hasAccessList
        return facts.userReportsFinding(for: dropping, account)
    }

    @Test func whatHashdropMakesIsWellAmongItsOwnGroup() {
        #expect(finding(dropping: nil).state == .ok)
        #expect(finding(dropping: "g").state == .ok)
        #expect(finding(dropping: "g", standing: .missing).state == .ok)
        #expect(finding(0o700, dropping: nil).state == .ok)
    }

    @Test func whatTheRecipesSayIsWell() {
        #expect(finding(0o2750, group: "alice", dropping: "alice").state == .ok)
    }

    @Test(
        arguments: [
            (0o750, "g", "chgrp -R alice /srv/spool && sudo chmod 2750 /srv/spool"),
            (0o2700, "alice", "chmod 2750"), (0o750, "alice", "chmod g+s"),
        ] as [(UInt32, String, String)])
    func reportsThatTheGroupCannotReadAreSaid(_ mode: UInt32, _ group: String, _ advises: String) {
        let finding = finding(mode, group: group, dropping: "alice")
        #expect((finding.check, finding.state) == (.ownership, .warning))
        #expect(finding.advice?.contains(advises) == true, "\(finding.advice ?? "")")
        // By a list of its own the group may.
        #expect(self.finding(mode, group: group, dropping: "alice", hasAccessList: true).state == .ok)
    }

    @Test func hashdropsOwnGroupIsGivenNoBitOfItsOwn() {
        let advice = finding(0o700, dropping: "g").advice
        #expect(advice?.hasSuffix("sudo chmod 750 /srv/spool") == true)
    }

    @Test func aMissingOneIsMadeForTheGroup() {
        let finding = finding(dropping: "alice", standing: .missing)
        #expect(finding.state == .warning)
        #expect(finding.advice == "sudo install -d -o hashdrop -g alice -m 2750 /srv/spool")
    }

    @Test(arguments: [0o757, 0o752, 0o755, 0o754, 0o751] as [UInt32])
    func reportsThatOthersMayReadOrChangeAreSaid(_ mode: UInt32) {
        let finding = finding(mode, dropping: nil)
        #expect((finding.state, finding.advice) == (.warning, "sudo chmod o= /srv/spool"))
        #expect(finding.message.contains("change") == (mode & 0o002 != 0))
    }

    @Test func whatIsNoFolderGetsNoReports() {
        #expect(finding(dropping: nil, standing: .link).state == .failed)
        #expect(finding(dropping: nil, standing: .otherKind).state == .failed)
        #expect(finding(dropping: nil, standing: .hidden(EACCES)).state == .failed)
        let stranger = finding(
            dropping: nil, standing: .hidden(EACCES), account: FolderFindingsTests.stranger)
        #expect(stranger.state == .warning)
    }

    @Test func theGroupIsThatOfADropFolderThatItMayWriteTo() {
        #expect(FolderFindingsTests.folder(FolderFindingsTests.alice, mode: 0o2770).droppingGroup == "g")
        #expect(FolderFindingsTests.folder(FolderFindingsTests.alice, mode: 0o750).droppingGroup == nil)
        let missing = FolderFindingsTests.folder(
            FolderFindingsTests.alice, mode: 0o2770, standing: .missing)
        #expect(missing.droppingGroup == nil)
    }
}

import Curl
import FileSystem
import Foundation
import Glibc
import Model
import Reporting
import Spool
import Store
import Support
import VirusTotal

/// One look at everything that hashdrop stands on. Nothing of it stays: probe files are hidden, and gone in a
/// moment; the request that tries the key is in the ledger like any other.
package struct Examination: Sendable {
    let options: DoctorOptions
    private let mounts: MountTable

    package init(_ options: DoctorOptions) {
        self.options = options
        // Without the list the folders' findings say so.
        let text = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        mounts = MountTable(mountinfo: text)
    }

    /// The findings, in the order in which they are best put right. Takes some seconds: name lookups,
    /// events and servers that do not answer are waited for.
    package func run() async -> [Finding] {
        let privateFolder = FolderFacts(.privateFolder, path: options.privateFolder, mounts: mounts)
        let spool = FolderFacts(.spool, path: options.spool, mounts: mounts)
        let account = account(spool, privateFolder)
        let look = databaseLook(privateFolder)
        let users = users(look)
        var findings = [account.finding, options.daemon.finding(options.spool, account)]
        findings += await listenerFindings(account)
        findings += options.channels.flatMap { $0.findings(account) }
        if case .success(let facts)? = look {
            findings += facts.channelTroubles.map { $0.finding(options.channels) }
        }
        findings += await folderFindings(spool, privateFolder, account, users, look)
        findings += inotify(account, users).findings(of: account)
        findings += databaseFindings(privateFolder, look, account)
        findings += disks.flatMap { $0.findings(options.command) }
        findings += clock(look).findings
        findings += await sharedFindings(look)
        findings += options.key.findings(isServed: options.daemon.isHeld)
        findings += await networkFindings()
        findings += await acceptance(look, account)
        return findings
    }

    /// Whether VirusTotal accepts the key: by a request, if one may be sent, or as the ledger has it.
    private func acceptance(
        _ look: Result<DatabaseFacts, StoreError>?, _ account: Account
    ) async -> [Finding] {
        let asked = options.asks ? await keyFindings(look) : []
        let isAnswered = asked.contains { $0.check == .keyAccepted && $0.state != .warning }
        guard !isAnswered, case .success(let facts)? = look, let refusal = facts.keyRefusal else {
            return asked
        }
        let endpoint = options.endpoint.baseURL
        return asked + [options.key.refusalFinding(refusal, endpoint, account.command)]
    }

    private func account(_ spool: FolderFacts, _ privateFolder: FolderFacts) -> Account {
        let own = geteuid()
        let owner = FolderFacts.serviceFolder(spool, privateFolder)
        let daemon = owner?.ownerID ?? own
        return Account(
            userID: own, name: AccountNames.user(own), ownerID: owner?.ownerID,
            ownerName: owner?.ownerName ?? "", daemonGroupName: AccountNames.firstGroup(ofUser: daemon),
            daemonGroups: AccountNames.groups(ofUser: daemon, process: options.daemon.processID),
            areGroupsCertain: options.daemon.processID != nil, command: options.command)
    }

    private func listenerFindings(_ account: Account) async -> [Finding] {
        var findings: [Finding] = []
        for (index, listener) in options.listeners.enumerated() {
            if let other = options.listeners[..<index].first(where: { $0.collides(with: listener) }) {
                findings.append(ListenerFacts.collision(other, listener))
                continue
            }
            // Its port is taken, and nothing answers there.
            guard !options.daemon.isStopped || listener.refusal != nil else {
                findings.append(
                    .notTried(listener.check, listener.address, "the daemon is stopped", see: .daemon))
                continue
            }
            let facts = await ListenerTrial(listener: listener, isServed: options.daemon.isHeld).run()
            findings += [facts.finding(account, isKnown: options.daemon.isKnown)].compactMap(\.self)
        }
        return findings
    }

    // MARK: Folders

    private func folderFindings(
        _ spool: FolderFacts, _ privateFolder: FolderFacts, _ account: Account, _ users: [UserName],
        _ look: Result<DatabaseFacts, StoreError>?
    ) async -> [Finding] {
        let examination = FolderExamination(
            options: options, mounts: mounts, account: account, privateFolder: privateFolder)
        var findings = await helperFindings(spool, users, account)
        if spool.standing == .folder, privateFolder.standing == .folder {
            let count = Wording.count(users.count, "user", "users")
            findings.append(.ok(.spool, options.spool, "a spool, with \(count)"))
        }
        findings += examination.findings(spool)
        findings +=
            spool.standing == .folder
            ? examination.privateFindings()
            : [.notTried(.spool, options.privateFolder, "there is no spool to hold it", see: .spool)]
        for user in users {
            let path = "\(options.spool)/\(user)"
            findings += examination.findings(FolderFacts(.drop(user), path: path, mounts: mounts))
        }
        // Of an empty one the database's finding tells.
        if case .success(let facts)? = look, !facts.users.isEmpty {
            findings += examination.strangers(besides: facts.users)
        }
        let reports = FolderFacts(.reports, path: options.reports, mounts: mounts)
        // Where hashdrop has not begun, what makes the one makes the other.
        let hasBegun = spool.standing != .missing || reports.standing != .missing
        findings +=
            hasBegun
            ? examination.findings(reports)
            : [.notTried(.spool, options.reports, "it is made with the spool", see: .spool)]
        if case .success(let facts)? = look { findings += examination.markerFindings(facts, reports) }
        if reports.standing == .folder { findings += users.flatMap(examination.userReportsFindings) }
        return findings
    }

    private func helperFindings(
        _ spool: FolderFacts, _ users: [UserName], _ account: Account
    ) async -> [Finding] {
        let helper = options.helper
        guard access(helper, F_OK) == 0 else {
            return [WatchFacts.missingHelper(helper, poll: options.poll)]
        }
        guard spool.standing == .folder else { return [] }
        let facts = await WatchTrial(helper: helper, spool: options.spool, runtime: options.runtime)
            .run(users.filter { Self.isFolder("\(options.spool)/\($0)") })
        return [facts.helperFinding(helper)] + facts.eventFindings(spool: options.spool, account)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.isFolder
    }

    /// The database's users, or, where it cannot be read, those who have a folder.
    private func users(_ look: Result<DatabaseFacts, StoreError>?) -> [UserName] {
        if case .success(let facts)? = look, facts.problem == nil { return facts.users }
        return dropFolders
    }

    /// The names of the spool's folders that can be users'.
    private var dropFolders: [UserName] { (try? SpoolFolder(path: options.spool).users().users) ?? [] }

    // MARK: Machine

    private func inotify(_ account: Account, _ users: [UserName]) -> InotifyFacts {
        InotifyFacts(
            userID: account.daemonID, folders: users.count,
            daemonHasHelper: options.daemon.isHeld && !options.daemon.isStopped)
    }

    private var disks: [DiskFacts] {
        let temporary = DiskFacts.temporaryFolder(options.environment)
        return DiskFacts.of([options.spool, options.reports, temporary].compactMap(\.self))
    }

    private func clock(_ look: Result<DatabaseFacts, StoreError>?) -> ClockFacts {
        let memory: ClockMemory? = if case .success(let facts)? = look { facts.clockMemory } else { nil }
        let clock = options.runtime.clock
        return ClockFacts(
            reading: clock.now, bootID: clock.bootID, memory: memory,
            isSynchronised: KernelClock.isSynchronised())
    }

    // MARK: Database

    /// Nil where the private folder is missing, so that there is no database either.
    private func databaseLook(_ privateFolder: FolderFacts) -> Result<DatabaseFacts, StoreError>? {
        guard privateFolder.standing == .folder else { return nil }
        do throws(StoreError) {
            return .success(try HashdropDatabase.look(at: options.database))
        } catch {
            return .failure(error)
        }
    }

    private func databaseFindings(
        _ privateFolder: FolderFacts, _ look: Result<DatabaseFacts, StoreError>?, _ account: Account
    ) -> [Finding] {
        guard let look else { return [] }
        var writing = access(options.database, W_OK) == 0 ? 0 : errno
        // Of that its folder's finding tells.
        if writing == EROFS, privateFolder.mount?.isReadOnly == true { writing = 0 }
        return DatabaseFindings(
            path: options.database, look: look, writing: writing, endpoint: options.endpoint.description,
            userFolders: SpoolFolder.userFolders(in: [options.spool, options.reports])
        ).findings(account, isServed: options.daemon.isHeld)
    }

    // MARK: Other daemons

    private func sharedFindings(_ look: Result<DatabaseFacts, StoreError>?) async -> [Finding] {
        guard let shared = options.shared else {
            guard case .success(let facts)? = look, let sharing = facts.sharing else { return [] }
            return [
                .warning(
                    .sites, sharing.site,
                    "this daemon was one of several with one key, is alone now, and does not know what the "
                        + "others spend",
                    advice:
                        "Set shared.database again, give it a key of its own, or move as config/SHARED.md "
                        + "has it (hashdrop shared migrate --to sqlite)")
            ]
        }
        return await shared.findings(
            endpoint: options.endpoint.description,
            isServed: options.daemon.isHeld && !options.daemon.isStopped)
    }

    // MARK: VirusTotal

    private func networkFindings() async -> [Finding] {
        let trial = NetworkTrial(
            endpoint: options.endpoint.baseURL, curl: options.curl, environment: options.environment)
        do throws(CurlError) {
            return try await trial.run().findings
        } catch {
            return [
                .failed(
                    .http, options.endpoint.baseURL, error.description, advice: "Correct virustotal.endpoint")
            ]
        }
    }

    private func keyFindings(_ look: Result<DatabaseFacts, StoreError>?) async -> [Finding] {
        let subject = options.endpoint.baseURL
        guard let key = options.key.key else {
            return [.warning(.keyAccepted, subject, "not asked without a key", advice: "See key")]
        }
        // Only a site's daemon reserves in the shared ledger; elsewhere the request would not be counted.
        guard options.shared == nil else {
            return [
                .warning(
                    .keyAccepted, subject,
                    "not asked, for only the daemon may spend requests that sites share",
                    advice: "\(options.command("lookup HASH")) asks through it")
            ]
        }
        // An older database would be brought up to date, and one that is damaged written to.
        guard case .success(let facts)? = look, facts.isCurrent, facts.problem == nil,
            !facts.isUsed || facts.endpoint == options.endpoint.description
        else {
            return [
                .warning(
                    .keyAccepted, subject, "not asked, for the request could not be noted in the ledger",
                    advice: "See database")
            ]
        }
        do {
            let curl = try CurlClient(options: options.curl)
            defer { curl.shutdown() }
            let question = KeyQuestion(
                database: try HashdropDatabase(path: options.database, endpoint: nil),
                client: VirusTotalClient(
                    endpoint: options.endpoint, key: key, curl: curl, clock: options.runtime.clock),
                user: options.user, limits: options.limits, runtime: options.runtime,
                tellDaemon: options.tellDaemon)
            return try await question.run()
        } catch {
            return [
                .explained(
                    .keyAccepted, subject, .warning, Self.notAsked(explanation(of: error)),
                    advice: "See the findings before this one")
            ]
        }
    }

    private static func notAsked(_ explanation: Explanation) -> Explanation {
        Explanation("Not asked: \(explanation.reason)", advice: explanation.advice)
    }
}

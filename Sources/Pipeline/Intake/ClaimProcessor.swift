import FileSystem
import Foundation
import Glibc
import Logging
import Lookup
import Model
import Spool
import Store
import Support

/// Takes complete files and makes jobs of them: a short list at once, a long one in turns; what a full disk
/// or a cut holds up is finished later.
///
/// Used by the intake alone. Each step finds what was done before, so trying again is always right.
final class ClaimProcessor {
    enum Outcome {
        /// It is claimed now, or gone.
        case taken
        case waits(WaitReason)
        /// It cannot be taken now, and stays where it is.
        case failed(FileSystemError)
    }

    private let claims: ClaimStore
    private var lists: ListImporter
    private let publisher: ReportPublisher
    private let lookups: LookupDispatcher
    private let reports: Mailbox<ReportService.Change>
    private let clock: any ServiceClock
    private let logger: Logger
    private let claimDelay = ClaimDelay()
    /// The id that was made last.
    private var lastID: JobID?

    /// Lists of which a part is read.
    private var readings = ImportQueue()
    /// Claims whose job is not stored, or whose input is not published yet.
    private var unfinished: [Unfinished] = []
    /// Claims that an error cut short after the file had left its folder.
    private var interrupted: [JobID: UserName] = [:]
    private var nextRetry: Duration = .zero
    /// When the last claim ended, whose folder is kept for the next one.
    private var lastRelease: Duration?
    /// Why claimed files wait, by user.
    private var troubles: [UserName: String] = [:]
    /// Folders in the work folder that cannot be used as claims, and why.
    private(set) var damaged: [(path: String, problem: String)] = []

    private static let retryInterval: Duration = .seconds(5)
    /// For so long after the last claim's end folders are kept.
    private static let sparesKept: Duration = .seconds(1)
    /// With so many claims of a user held up, the user's further files stay where they are.
    private static let heldUpMax = 100
    /// With so many lists of a user being read, the user's further files stay where they are.
    private static let readingsMax = 4

    private enum Unfinished {
        case claim(Claim)
        /// What was read of it stays read.
        case reading(ListImport)

        var user: UserName {
            switch self {
            case .claim(let claim): claim.user
            case .reading(let reading): reading.file.user
            }
        }
    }

    init(
        claims: ClaimStore, lists: ListImporter, publisher: ReportPublisher, lookups: LookupDispatcher,
        reports: Mailbox<ReportService.Change>, clock: any ServiceClock, logger: Logger
    ) {
        self.claims = claims
        self.lists = lists
        self.publisher = publisher
        self.lookups = lookups
        self.reports = reports
        self.clock = clock
        self.logger = logger
    }

    /// Reads further lists by other options.
    func use(_ options: IntakeOptions) { lists.options = options }

    /// Why claimed files wait, if any do.
    var trouble: String? { troubles.min { $0.key < $1.key }?.value }

    /// Why no file of this user is taken at the moment, or nil. One user's report folder that cannot be
    /// written is no reason to let others wait.
    func reasonToPause(_ user: UserName) -> String? {
        if readings.count(of: user) >= Self.readingsMax { return "waits until longer lists are read" }
        let heldUp = unfinished.count { $0.user == user } + interrupted.values.count { $0 == user }
        return heldUp < Self.heldUpMax ? nil : troubles[user] ?? "claimed files are held up"
    }

    /// When something that was held up is tried again; nil if nothing is.
    var deadline: Duration? { unfinished.isEmpty && interrupted.isEmpty ? nil : nextRetry }

    /// When the folders that are kept for the next claims are removed; nil if there are none.
    var sparesDue: Duration? { lastRelease.map { $0 + Self.sparesKept } }

    /// Removes the folders that are kept for the next claims; what remains, the next start removes.
    func removeSpares() {
        lastRelease = nil
        do {
            try claims.removeSpares()
        } catch {
            logger.warning(
                "A folder of an ended claim cannot be removed.",
                metadata: ["reason": "\(sentence(for: error))"])
        }
    }

    /// Claims what is ready or refused, all together, and makes their jobs, whose ids the generator draws.
    ///
    /// - Returns: what became of each, in their order.
    func take(
        _ decisions: [ReadinessDecision], of user: UserName, using generator: inout some RandomNumberGenerator
    ) -> [Outcome] {
        var outcomes = [Outcome?](repeating: nil, count: decisions.count)
        var made: [Claim] = []
        // Again with other ids, where one is in use.
        while case let places = outcomes.indices.filter({ outcomes[$0] == nil }), !places.isEmpty {
            do {
                let requests = try places.map { place in
                    try request(decisions[place], of: user, using: &generator)
                }
                for (place, result) in zip(places, try claims.claim(requests)) {
                    claimDelay.note(result, of: decisions[place], at: clock.now.wall)
                    outcomes[place] = outcome(of: result, user, &made)
                }
            } catch {
                // The database cannot be read; the files are where they were.
                for place in places {
                    let name = decisions[place].entry.name.display
                    outcomes[place] = .failed(FileSystemError("claim (\(error))", EIO, path: name))
                }
            }
        }
        finish(made)
        return outcomes.compactMap { $0 }
    }

    private func request(
        _ decision: ReadinessDecision, of user: UserName, using generator: inout some RandomNumberGenerator
    ) throws -> ClaimRequest {
        let action: ClaimRequest.Action
        switch decision.action {
        case .ready(let evidence): action = .claim(evidence)
        case .refuse(let reason): action = .refuse(reason)
        case .wait, .removeFolder: preconditionFailure("only what is ready or refused is taken")
        }
        while true {
            let now = clock.now.wall
            let id = JobID(claimedAt: now, after: lastID, using: &generator)
            lastID = id
            // The work folder forgets an id when its claim ends; the job keeps it, and may be another user's.
            if try lists.hasJob(id) { continue }
            return ClaimRequest(decision.entry, of: user, as: id, action, at: now)
        }
    }

    /// Nil if the claim needs another id.
    private func outcome(
        of result: Result<ClaimOutcome, any Error>, _ user: UserName, _ made: inout [Claim]
    ) -> Outcome? {
        switch result {
        case .success(.idInUse): return nil
        case .success(.vanished): return .taken
        case .success(.notYet(let reason)): return .waits(reason)
        case .success(.copying(let copying)):
            readings.add(.copying(copying))
            return .taken
        case .success(.done(let claim)):
            made.append(claim)
            return .taken
        case .failure(let error as UnfinishedClaim):
            interrupted[error.id] = user
            note(error, of: user)
            return .taken
        case .failure(let error as FileSystemError): return .failed(error)
        case .failure(let error): preconditionFailure("a claim fails with an error of the disk: \(error)")
        }
    }

    /// Whether a list is being read.
    var isReading: Bool { !readings.isEmpty }

    /// What tells a user how far that user's lists are read.
    func readingLines(of user: UserName) -> [WaitingFile] { readings.lines(of: user) }

    /// Goes on with one of the long claims.
    ///
    /// - Parameter hasNews: whether something waits for the intake, which ends the turn early.
    /// - Returns: whose it was, and whether the database's writer was needed; nil if there is none.
    func goOn(hasNews: () -> Bool) -> (user: UserName, usedWriter: Bool)? {
        guard let claim = readings.next() else { return nil }
        switch claim {
        case .copying(let copying):
            return (claim.user, copyOn(copying))
        case .reading(let reading):
            readOn(reading, hasNews: hasNews)
            return (claim.user, reading.isAtEnd)
        }
    }

    /// Returns whether its list was begun.
    private func copyOn(_ copying: CopyingClaim) -> Bool {
        do {
            switch try copying.advance() {
            case nil: readings.add(.copying(copying))
            case .done(let claim):
                finish([claim])
                return true
            // It is in its user's folder again, and judged like any other.
            case .notYet, .vanished, .idInUse, .copying: break
            }
            return false
        } catch {
            interrupted[copying.id] = copying.user
            note(error, of: copying.user)
            return false
        }
    }

    private func readOn(_ reading: ListImport, hasNews: () -> Bool = { false }) {
        var reading = reading
        do {
            guard let job = try reading.advance(by: clock, hasNews: hasNews) else {
                return readings.add(.reading(reading))
            }
            conclude([(job, .claimed(reading.file))])
        } catch {
            hold(.reading(reading), because: error)
        }
    }

    /// Makes the jobs of claims; the short lists among them become jobs in one transaction.
    private func finish(_ claims: [Claim]) {
        var stored: [(job: Job, claim: Claim)] = []
        var short: [ListImport] = []
        var longer: [ListImport] = []
        for claim in claims {
            do {
                switch try lists.begin(claim, at: clock.now.wall) {
                case .complete(let job): stored.append((job, claim))
                case .reading(var reading):
                    if let refused = try reading.read(by: clock, hasNews: { false }) {
                        stored.append((refused, claim))
                    } else if reading.writer.isShort {
                        short.append(reading)
                    } else {
                        longer.append(reading)
                    }
                }
            } catch {
                hold(.claim(claim), because: error)
            }
        }
        do {
            let jobs = try lists.write(short, at: clock.now.wall)
            stored += zip(jobs, short).map { ($0, .claimed($1.file)) }
        } catch {
            for reading in short { hold(.reading(reading), because: error) }
        }
        conclude(stored)
        for reading in longer { readOn(reading) }
    }

    private func hold(_ claim: Unfinished, because error: any Error) {
        unfinished.append(claim)
        note(error, of: claim.user)
    }

    /// The jobs are stored: tells the lookups, publishes the inputs, ends the claims and tells the reports.
    private func conclude(_ stored: [(job: Job, claim: Claim)]) {
        // First: a report folder that cannot be written holds up no lookup. To be told again changes nothing.
        for (job, _) in stored where job.state == .running { lookups.jobAdded(job.id) }
        var inputs = publisher.publishInputs(
            of: stored.compactMap { job, claim in claim.inputPath.map { (job, $0) } })[...]
        for (job, claim) in stored {
            conclude(job, claim, claim.inputPath == nil ? .success(()) : inputs.removeFirst())
        }
    }

    private func conclude(_ job: Job, _ claim: Claim, _ input: Result<Void, any Error>) {
        do {
            try input.get()
            try claims.release(job.id)
            lastRelease = clock.now.monotonic
            reports.post(.job(job.id, user: job.user, isFinal: job.state.isFinal))
            logger.info(
                "Picked up.",
                metadata: [
                    "job": "\(job.id)", "user": "\(job.user)", "file": "\(job.droppedName.display)",
                    "state": "\(job.state.rawValue)", "hashes": "\(job.counts.hashes)",
                ])
        } catch {
            hold(.claim(claim), because: error)
        }
    }

    private func note(_ error: any Error, of user: UserName) {
        let isNew = troubles[user] == nil
        troubles[user] = sentence(for: error)
        nextRetry = clock.now.monotonic + Self.retryInterval
        // Once, and not at each of the tries that follow.
        if isNew {
            logger.error(
                "A claimed file waits.", metadata: ["user": "\(user)", "reason": "\(sentence(for: error))"])
        }
    }

    /// Tries again what was held up, if it is time.
    func retry(at now: Duration) {
        guard let deadline, now >= deadline else { return }
        let held = (claims: unfinished, ids: interrupted)
        unfinished = []
        interrupted = [:]
        for held in held.claims {
            switch held {
            case .claim(let claim): finish([claim])
            case .reading(let reading): readOn(reading)
            }
        }
        for (id, user) in held.ids.sorted(by: { $0.key < $1.key }) {
            do {
                if case .done(let claim)? = try claims.resume(id) { finish([claim]) }
            } catch {
                interrupted[id] = user
                note(error, of: user)
            }
        }
        let waiting = Set(unfinished.map(\.user) + interrupted.values)
        for (user, before) in troubles where !waiting.contains(user) {
            troubles[user] = nil
            logger.notice("Claimed files go on.", metadata: ["user": "\(user)", "waited-for": "\(before)"])
        }
    }

    /// Finishes what the last stop, however sudden, left in the work folder. Throws `FileSystemError` if that
    /// cannot be read.
    func recover() throws {
        // Their claims are still there, and they are read from their beginning.
        try lists.jobs.removeUnfinishedImports()
        for recovered in try claims.recover() {
            switch recovered {
            case .recovered(let claim): finish([claim])
            case .unfinished(let error, let user):
                interrupted[error.id] = user
                note(error, of: user)
            case .damaged(let path, let problem):
                damaged.append((path, problem))
                logger.error(
                    "A folder in the work folder cannot be used as a claim; look at it, and move it away.",
                    metadata: ["path": "\(path)", "problem": "\(problem)"])
            }
        }
    }
}

extension Claim {
    fileprivate var user: UserName {
        switch self {
        case .claimed(let file): file.user
        case .refused(let file): file.user
        }
    }

    /// The private copy of the dropped bytes, if they were read.
    fileprivate var inputPath: String? {
        switch self {
        case .claimed(let file): file.inputPath
        case .refused(let file): file.inputPath
        }
    }
}

extension FileSystemError {
    /// Whether other files of the same folder may well be taken: a folder within it that is closed, or lies
    /// on another file system.
    var isOfOneFile: Bool { [EACCES, EPERM, EXDEV].contains(errorNumber) }
}

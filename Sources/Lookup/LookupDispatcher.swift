import Foundation
package import Logging
import MetricNames
package import Model
package import Store
package import Support

/// Keeps lookups in flight: in the queue's order, within the quota, as the circuit breaker allows.
///
/// The decisions are `FairQueue`'s, `RateLimiter`'s and `CircuitBreaker`'s; this actor performs them. A
/// request is written to the ledger before it is sent, and an outcome is recorded in one transaction for
/// every job that wanted the file; in several, if hundreds did.
package actor LookupDispatcher {
    enum Event: Sendable {
        case jobAdded(JobID)
        case jobsChanged
        case optionsChanged(LookupOptions)
        case answersTaken(RecordedOutcomes)
        case ended(Flight, Result<LookupAnswer.Answer, LookupFailure>)
        case quotas(check: Int64, Result<ReportedQuotas, LookupFailure>)
        case stop
    }

    /// A request that has ended.
    struct Flight: Sendable {
        var request: Int64
        var reservation: Reservation
        /// Which trial of a key it belongs to.
        var keyTrial: Int
        var took: Duration
    }

    let lookups: LookupStore
    /// Where requests are reserved and recorded: `lookups`, or what several daemons share.
    let lookupLedger: any LookupLedger
    let ledger: QuotaLedger
    var options: LookupOptions
    let source: LookupSource
    let clock: any ServiceClock
    private let logger: Logger
    let onProgress: @Sendable (RecordedOutcomes) -> Void
    private let requests = LabelledCounter<RequestOutcome>(.requests)
    let mailbox = Mailbox<Event>()
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    var queue = FairQueue()
    var rateLimiter: RateLimiter
    var circuitBreaker = CircuitBreaker()
    /// Hashes that are being reserved or asked.
    var inFlight: Set<FileHash> = []
    /// Hashes that another daemon asks, and when they may be reserved again, on the monotonic clock.
    var held: [FileHash: Duration] = [:]
    /// What the ledger has all lookups wait for, and until when, on the monotonic clock.
    var ledgerWait: (wait: LedgerWait, until: Duration)?
    var unrecorded: [LookupOutcome] = []
    /// Whether jobs may wait for outcomes that are recorded; a kill may have left some.
    var hasPendingOutcomes = true
    var storeTrouble: String?
    var lastAnswerAt: Date?
    /// When a failed hash is due again; the past if that has to be looked up, nil if none is.
    var nextRetryAt: Date? = .distantPast
    /// When that was last looked up.
    private var retriesReadAt: ClockReading
    var keyGeneration: Int
    /// When the key's file is looked at again, on the monotonic clock.
    private var nextKeyCheck: Duration = .zero
    /// How often the key has changed, or was to be tried again.
    var keyTrial = 0
    /// Told when lookups begin to wait for more than the minute.
    private let waitObserver = Exchangeable<(@Sendable () -> Void)?>(nil)
    /// The last leap of the wall clock that the ledger was told of.
    var knownLeap: ClockLeap?
    /// When the quota is counted again, while days and months are not known.
    var nextRecount: Duration = .zero
    private var needsReload = false
    /// Whether a command may have asked by itself, so that the ledger knows more.
    var needsRecount = false
    var doubtsQuota = true
    var nextQuotaCheck: Duration = .zero
    var isCheckingQuota = false
    private var isStopping = false
    /// The reason, with what the operator is to do about it.
    var waitReason: String?
    /// The same for users, who cannot do anything about it.
    var usersWaitReason: String?
    var usedUpPeriod: QuotaPeriod?
    /// On the monotonic clock: a step of the wall clock does not move it.
    var waitEnd: Duration?
    var isWaitRoutine = false
    private var loggedReason: String?
    var answerSeconds = 0.5
    var generator: any RandomNumberGenerator & Sendable

    /// - Parameters:
    ///   - ledger: what several daemons share; nil if this one is alone.
    ///   - onProgress: called after each recorded batch; must not block.
    package init(
        database: HashdropDatabase, ledger lookupLedger: (any LookupLedger)? = nil, options: LookupOptions,
        source: LookupSource, runtime: ServiceRuntime, logger: Logger = Logger(label: "hashdrop.lookup"),
        onProgress: @escaping @Sendable (RecordedOutcomes) -> Void
    ) throws {
        lookups = database.lookups
        self.lookupLedger = lookupLedger ?? database.lookups
        ledger = database.ledger
        self.options = options
        self.source = source
        clock = runtime.clock
        generator = runtime.generator
        executor = runtime.makeExecutor("hashdrop.lookup")
        self.onProgress = onProgress
        self.logger = logger
        let now = clock.now
        retriesReadAt = now
        try ledger.closeEarlierRun(at: now, bootID: clock.bootID)
        try ledger.note(leapOf: now)
        knownLeap = now.leap
        rateLimiter = RateLimiter(
            limits: options.limits, spending: try ledger.spending(at: now), now: now)
        keyGeneration = source.keyGeneration()
    }

    // MARK: Told from outside

    /// The loop, for a watch.
    package nonisolated var loop: any ServiceLoop { mailbox }

    /// A job was accepted.
    package nonisolated func jobAdded(_ id: JobID) { mailbox.post(.jobAdded(id)) }

    /// Jobs were cancelled, removed or retried: all are read again.
    package nonisolated func jobsChanged() { mailbox.post(.jobsChanged) }

    /// Answers of other daemons were recorded, beside this loop.
    package nonisolated func answersTaken(_ recorded: RecordedOutcomes) {
        mailbox.post(.answersTaken(recorded))
    }

    /// Takes other options from now on; requests that are in flight end by the old ones.
    package nonisolated func use(_ options: LookupOptions) { mailbox.post(.optionsChanged(options)) }

    /// Names what is called when lookups begin to wait for more than the minute; it must not block.
    package nonisolated func onWait(_ tell: @escaping @Sendable () -> Void) { waitObserver.value = tell }

    /// Nothing more is sent; `run` returns when what is in flight has ended and is recorded.
    package nonisolated func stop() { mailbox.post(.stop) }

    /// Asks until `stop`. A cancelled task records nothing more.
    package func run() async {
        loadJobs { try lookups.runningJobs() }
        await withDiscardingTaskGroup { group in
            while !isStopping || !inFlight.isEmpty, !Task.isCancelled {
                var wait = await dispatch(into: &group).map { min($0, Self.waitMax) } ?? Self.idleWaitMax
                if hasPendingOutcomes, storeTrouble == nil { wait = .zero }
                await handle(await mailbox.take(upTo: wait, clock: clock))
            }
        }
    }

    // MARK: Sending

    /// Sends what may be sent now.
    ///
    /// - Returns: how long until there may be more to send without an event; nil if only an event can tell.
    private func dispatch(into group: inout DiscardingTaskGroup) async -> Duration? {
        guard storeTrouble == nil else { return Self.storeRetryInterval }
        if needsReload { reload() }
        guard !isStopping else { return nil }
        let now = clock.now
        do {
            try followClock(at: now)
            try checkQuota(at: now, in: &group)
        } catch {
            note(storeFailure: error)
            return Self.storeRetryInterval
        }
        // Nothing leaves before VirusTotal's own count is known, where it is asked for.
        guard !isCheckingQuota else {
            setWait(nil, until: nil, now)
            return nil
        }
        let (count, wait) = allowance(at: now)
        logWait()
        guard count > 0 else { return wait }
        do {
            try wakeRetries(at: now)
            releaseHeld(at: now)
            let picked = try pick(count, at: now)
            let mayBeMore = try await send(picked, into: &group)
            // The queue may have been empty by then; a failed or a held hash may be due later.
            return picked.count < count && !mayBeMore ? untilNextHash(at: now) : .zero
        } catch {
            note(storeFailure: error)
            return Self.storeRetryInterval
        }
    }

    /// Days, months and retries come by the wall clock, which may be put forward: each wait looks again this
    /// often.
    static let waitMax: Duration = .seconds(60)
    /// With nothing to wait for it looks again once an hour.
    private static let idleWaitMax: Duration = .seconds(3600)
    private static let storeRetryInterval: Duration = .seconds(5)

    /// How many requests may leave now, or why none and for how long.
    private func allowance(at now: ClockReading) -> (count: Int, wait: Duration?) {
        setWait(nil, until: nil, now)
        if now.monotonic >= nextKeyCheck {
            checkKey()
            nextKeyCheck = now.monotonic + options.keyCheckInterval
        }
        let free = options.connectionsMax - inFlight.count
        var count = free
        switch circuitBreaker.decide(at: now.monotonic) {
        case .go: break
        case .probe(let reason):
            // Nothing goes on before it has been answered.
            setWait(reason, until: nil, now)
            count = inFlight.isEmpty ? 1 : 0
        case .wait(let wait, let reason):
            setWait(reason, until: wait, now)
            return (0, wait)
        case .stop(let wait, let reason):
            setWait(reason, until: wait, now, advice: source.keyAdvice)
            return (0, min(wait, options.keyCheckInterval))
        }
        switch rateLimiter.decide(at: now) {
        case .go(let left):
            if let wait = noteLedgerWait(at: now) { return (0, wait) }
            return (min(count, left), nil)
        case .wait(let wait, let period):
            if !queue.isEmpty { setWait(reason(period), until: wait, now, usedUp: period) }
            return (0, wait)
        }
    }

    /// Tells the log when lookups begin to wait for more than the minute, and when they go on.
    private func logWait() {
        let reason = isWaitRoutine ? nil : waitReason
        guard reason != loggedReason else { return }
        loggedReason = reason
        if let reason {
            logger.warning("Lookups wait.", metadata: ["reason": "\(reason)"])
            waitObserver.value?()
        } else {
            logger.notice("Lookups go on.")
        }
    }

    /// Puts hashes whose retry is due back into the queue, and looks up when the next one will be.
    private func wakeRetries(at now: ClockReading) throws {
        // A clock that is put back makes pauses due that began in its future: the database knows which.
        guard let due = nextRetryAt, due <= now.wall || now.isPutBack(since: retriesReadAt) else { return }
        nextRetryAt = try lookups.nextRetry(after: now.wall)
        retriesReadAt = now
        queue.resumeAll()
    }

    /// How long until a hash is due that has failed or is held; nil if there is none.
    private func untilNextHash(at now: ClockReading) -> Duration? {
        guard !queue.isEmpty else { return nil }
        let retry = nextRetryAt.map { Duration.seconds(max(0.001, $0.timeIntervalSince(now.wall))) }
        return [retry, untilRelease(at: now)].compactMap(\.self).min()
    }

    // MARK: Hearing

    private func handle(_ events: [Event]) async {
        let now = clock.now
        for event in events {
            switch event {
            case .jobAdded(let id): loadJobs { try lookups.runningJob(id).map { [$0] } ?? [] }
            case .jobsChanged: reload()
            case .optionsChanged(let options): adopt(options)
            case .answersTaken(let recorded): take(recorded)
            case .ended(let flight, let result): ended(flight, result, now)
            case .quotas(let check, let result):
                isCheckingQuota = false
                rateLimiter.end(at: now)
                do { try ledger.endCheck(check, at: now) } catch { note(storeFailure: error) }
                // Without an answer our own count has to do.
                guard case .success(let reported) = result else { continue }
                rateLimiter.adopt(reported, at: now)
            case .stop: isStopping = true
            }
        }
        await record()
        recordPending()
        endSpentJobs()
    }

    private func ended(
        _ flight: Flight, _ result: Result<LookupAnswer.Answer, LookupFailure>, _ now: ClockReading
    ) {
        let reservation = flight.reservation
        requests.increment(RequestOutcome(result))
        let wasSent = if case .failure(let failure) = result { failure.wasSent } else { true }
        rateLimiter.end(at: now, wasSent: wasSent)
        inFlight.remove(reservation.hash)
        queue.requestEnded(jobRowID: reservation.jobRowID, wasSent: wasSent)
        let smoothing = lastAnswerAt == nil ? 1 : Self.answerSecondsSmoothing
        answerSeconds += (flight.took.seconds - answerSeconds) * smoothing
        let consequence: LookupOutcome.Result
        let word: String
        switch result {
        case .success(let answer):
            circuitBreaker.noteAnswer()
            queue.noteAnswer()
            lastAnswerAt = now.wall
            consequence = .answered(answer)
            word = answer == .unknown ? "404" : "200"
        case .failure(let failure):
            if !failure.disposition.isRefusal || !isOfEarlierTrial(flight) {
                circuitBreaker.note(failure, at: now.monotonic, using: &generator)
            }
            switch failure.disposition {
            case .pause:
                rateLimiter.slowDown(at: now)
                doubtsQuota = true
            case .retryLater, .forbidden, .unreachable: queue.noteFailure(jobRowID: reservation.jobRowID)
            case .giveUp: queue.noteAnswer()
            case .stopAsking: break
            }
            consequence = self.consequence(of: failure, for: reservation.hash, now)
            word = failure.outcome
        }
        if case .failedForNow = consequence {} else { queue.settle(jobRowID: reservation.jobRowID) }
        unrecorded.append(
            LookupOutcome(
                request: flight.request, reservation: reservation, result: consequence, outcome: word,
                wasSent: wasSent, endedAt: now))
    }

    // About the last ten answers tell how long the next will take.
    private static let answerSecondsSmoothing = 0.1

    private func reload() {
        needsReload = false
        needsRecount = true
        // A command or SIGHUP: the key may be well again, and a request that is sent from now on tells; where
        // a command has sent that one itself, a second would tell nothing more.
        keyGeneration = source.keyGeneration()
        if (try? ledger.hasOpenQuestion(at: clock.now.wall)) != true { beginKeyTrial() }
        queue.removeAllJobs()
        ledgerWait = nil
        nextRetryAt = .distantPast
        loadJobs { try lookups.runningJobs() }
    }

    private func loadJobs(_ load: () throws -> [RunningJob]) {
        do {
            for job in try load() { queue.add(job) }
            endSpentJobs()
        } catch {
            note(storeFailure: error)
            needsReload = true
        }
    }

    func note(storeFailure error: any Error) {
        let reason = "The database cannot be written (\(sentence(for: error))); lookups go on when it can."
        if storeTrouble == nil { logger.error("Lookups wait.", metadata: ["reason": "\(reason)"]) }
        storeTrouble = reason
        setWait(reason, until: Self.storeRetryInterval, clock.now)
    }
}

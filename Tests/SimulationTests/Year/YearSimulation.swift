import Foundation
import Logging
import Model
import Pipeline
import Spool
import Store
import Support
import Synchronization
import TestSupport

/// A long life of the real pipeline: real files in memory, a real database, and a clock that goes from one
/// moment for which something waits to the next.
///
/// While nothing is dropped, asked or written, the machine sleeps for an hour at a time. What only ticks (the
/// safety scan, the memory of the time, the renewal of the indexes) is then done once an hour.
final class YearSimulation {
    let plan: YearPlan
    let folder = TemporaryFolder(inMemory: true)
    let clock: ManualClock
    let virusTotal: YearVirusTotal
    let log = YearLog()
    private(set) var daemon: YearDaemon?
    private(set) var lists = YearLists()
    private(set) var figures: [YearFigures] = []
    private var feed: YearFeed
    private var generator: SeededGenerator
    /// Nothing is leapt over before.
    private var awakeUntil = Duration.zero
    private var requestsSeen = 0

    private static let leap: Duration = .seconds(3_600)
    /// After a drop or a leap all goes on step by step for so long: by then a file that no hint told of is
    /// picked up, and an empty one refused.
    private static let awake: Duration = .seconds(150)

    private enum Event {
        case drop(UserName)
        case dropLong(UserName, hashes: Int)
        case login(UserName)
        case restart
        case outage(YearVirusTotal.Fault?)
        case powerCut
    }

    init(_ plan: YearPlan) throws {
        self.plan = plan
        clock = ManualClock(start: plan.start)
        virusTotal = YearVirusTotal(limits: YearPlan.limits, clock: clock)
        generator = SeededGenerator(seed: plan.seed)
        feed = YearFeed(plan, seed: generator.next())
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: folder.path("spool/.hashdrop"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try manager.createDirectory(atPath: folder.path("reports"), withIntermediateDirectories: true)
        let database = try HashdropDatabase(path: databasePath, endpoint: nil)
        for user in plan.users {
            try manager.createDirectory(
                atPath: folder.path("spool/\(user)"), withIntermediateDirectories: true)
            try database.users.add(User(name: user, passwordHash: Self.password, createdAt: plan.start))
        }
    }

    var databasePath: String { folder.path("spool/.hashdrop/hashdrop.sqlite") }
    private static let password = "a hash"

    /// Lives through all of it.
    func run() throws {
        try startDaemon()
        var period = 0
        for day in 0..<plan.days {
            let start = Duration.seconds(day * 86_400)
            try pass(until: start)
            try lookAtJobs()
            if day == plan.checkpoints[period].day {
                try takeFigures(plan.checkpoints[period])
                period += 1
            }
            feed.beginDay(isRestDay: plan.isRestDay(day))
            for (time, event) in events(of: day) {
                // The power may be off.
                guard start + time >= clock.passed else { continue }
                try pass(until: start + time)
                try act(event)
            }
        }
        try pass(until: .seconds(plan.days * 86_400))
        try takeFigures(plan.checkpoints[period])
        try comeToTheEnd()
        try stopDaemon()
    }

    /// Nothing is dropped any more, and all that was dropped comes to its end.
    private func comeToTheEnd() throws {
        for _ in 0..<Self.lastDaysMax {
            try lookAtJobs()
            if lists.open.isEmpty { return }
            try pass(until: clock.passed + .seconds(86_400))
        }
    }

    /// By then a long list of the last days is over, and nothing of it is removed yet.
    private static let lastDaysMax = 4

    // MARK: What happens

    private func events(of day: Int) -> [(time: Duration, event: Event)] {
        let isRestDay = plan.isRestDay(day)
        let range = isRestDay ? plan.restDayLists : plan.workdayLists
        var events: [(time: Duration, event: Event)] = []
        for _ in 0..<range.lowerBound + generator.below(range.count) {
            // Between 7 and 19 h.
            events.append((.seconds(25_200 + generator.below(43_200)), .drop(generator.pick(plan.users))))
        }
        if !isRestDay {
            for user in plan.users { events.append((.seconds(25_000 + generator.below(100)), .login(user))) }
        }
        if let hashes = plan.longListHashes, CivilDate(plan.start + .seconds(day * 86_400)).day == 10 {
            events.append((.seconds(30_000), .dropLong(generator.pick(plan.users), hashes: hashes)))
        }
        if day % plan.restartDays == plan.restartDays - 1 { events.append((.seconds(14_400), .restart)) }
        if day == plan.powerCutDay { events.append((.seconds(60_000), .powerCut)) }
        for outage in plan.outages {
            let end = 36_000 + outage.hours * 3_600
            if day == outage.day { events.append((.seconds(36_000), .outage(outage.fault))) }
            if day == outage.day + end / 86_400 { events.append((.seconds(end % 86_400), .outage(nil))) }
        }
        return events.sorted { $0.time < $1.time }
    }

    private func act(_ event: Event) throws {
        switch event {
        case .drop(let user): try drop(feed.list(lists.droppedCount), of: user)
        case .dropLong(let user, let hashes):
            try drop(feed.longList(lists.droppedCount, hashes: hashes), of: user)
        case .login(let user): try logIn(user)
        case .restart:
            try stopDaemon()
            try startDaemon()
        case .outage(let fault): virusTotal.set(fault)
        case .powerCut: try cutPower()
        }
    }

    private func drop(_ list: YearFeed.List, of user: UserName) throws {
        let name = "list-\(lists.droppedCount).txt"
        let outside = folder.path("new")
        try list.content.write(to: URL(filePath: outside))
        try FileManager.default.moveItem(atPath: outside, toPath: folder.path("spool/\(user)/\(name)"))
        lists.drop(user: user, name: name, list)
        awakeUntil = clock.passed + Self.awake
        // One in fifty is found by the scan alone.
        if generator.below(50) == 0 { return }
        daemon?.watcher.tell([
            WatchHint(.movedIn, folder: DroppedName(user.description), name: DroppedName(name))
        ])
    }

    /// At the page, at times from a browser that is not known yet.
    private func logIn(_ user: UserName) throws {
        guard let database = daemon?.database else { return }
        func random() -> Data { Data((0..<32).map { _ in UInt8(generator.below(256)) }) }
        let (session, browser) = (random(), random())
        _ = try database.sessions.begin(
            session, of: user, passwordHash: Self.password, limits: YearPlan.sessionLimits,
            at: clock.trueTime)
        if generator.below(3) == 0 {
            try database.sessions.noteDevice(browser, of: user, at: clock.trueTime)
        }
    }

    // MARK: The daemon

    func startDaemon() throws {
        daemon = try YearDaemon(
            plan, in: folder, clock: clock, source: virusTotal.source(), logger: log.logger,
            seed: generator.next())
        try settle()
        awakeUntil = clock.passed + Self.awake
    }

    func stopDaemon() throws {
        try daemon?.stop(clock)
        virusTotal.lose()
        daemon = nil
    }

    /// The daemon is gone in the middle of its work, and the machine off for two days.
    private func cutPower() throws {
        virusTotal.lose()
        // What it would say of its database, which is closed under its hands, no machine without power says.
        log.isListening = false
        daemon?.kill()
        daemon = nil
        log.isListening = true
        clock.boot()
        clock.advance(by: .seconds(2 * 86_400))
        try startDaemon()
    }

    // MARK: Time

    private func settle() throws {
        guard let daemon else { return }
        try daemon.settle()
        if let end = daemon.end { throw Violation("The daemon ended by itself: \(end)") }
    }

    private func pass(until end: Duration) throws {
        try settle()
        while clock.passed < end {
            clock.advance(to: min(end, try nextMoment()))
            try settle()
        }
    }

    private func nextMoment() throws -> Duration {
        if clock.passed >= awakeUntil {
            // How often it is looked whether the machine may sleep.
            awakeUntil = clock.passed + .seconds(60)
            if let end = try sleepsUntil() { return end }
        }
        return clock.nextDeadline ?? clock.passed + Self.leap
    }

    /// Until when the machine sleeps, since nothing goes on: no list is open, or the quota is used up. The
    /// reports of open lists are renewed all the same.
    private func sleepsUntil() throws -> Duration? {
        guard virusTotal.inFlight == 0, let daemon else { return nil }
        if try daemon.openJobs() == 0 { return clock.passed + Self.leap }
        guard virusTotal.account.left(on: clock.trueTime) <= 0 else { return nil }
        let midnight = CivilDate(clock.trueTime).start + .seconds(86_400)
        let left = Duration.seconds(midnight.timeIntervalSince(clock.trueTime))
        return clock.passed + min(Self.leap, left)
    }

    // MARK: What is seen

    private func lookAtJobs() throws {
        guard let daemon else { return }
        try lists.look(at: daemon.jobs(), reports: folder.path("reports"))
    }

    private func takeFigures(_ checkpoint: YearPlan.Checkpoint) throws {
        var figures = YearFigures(label: checkpoint.label, at: clock.trueTime)
        figures.residentBytes = try YearFigures.residentBytes()
        figures.logBytes = YearFigures.size(of: databasePath + "-wal")
        try stopDaemon()
        try figures.measure(databasePath: databasePath, in: folder)
        figures.measure(virusTotal, keepAnswers: plan.keepAnswers)
        let requests = virusTotal.account.requests
        figures.requests = requests - requestsSeen
        requestsSeen = requests
        figures.lists = lists.takeCount()
        figures.startSeconds = try startTime()
        virusTotal.forgetRequests(before: clock.trueTime - .seconds(40 * 86_400))
        self.figures.append(figures)
    }

    /// How long a start takes, in real time, until nothing is left to do at that moment: the shortest of
    /// three.
    private func startTime() throws -> Double {
        var shortest = Double.infinity
        for _ in 0..<3 {
            try stopDaemon()
            let start = ContinuousClock.now
            try startDaemon()
            shortest = min(shortest, (ContinuousClock.now - start).seconds)
        }
        return shortest
    }
}

/// The errors that the daemon logs, the first of them.
final class YearLog: Sendable {
    private let lines = Mutex<[String]>([])
    private let listening = Mutex(true)

    /// Whether what is logged is kept.
    var isListening: Bool {
        get { listening.withLock(\.self) }
        set { listening.withLock { $0 = newValue } }
    }

    var errors: [String] { lines.withLock(\.self) }

    var logger: Logger {
        EventHandler.logger("year", from: .error) { event in
            guard self.isListening else { return }
            self.lines.withLock { lines in
                if lines.count < 5 { lines.append("\(event.message) \(event.metadata ?? [:])") }
            }
        }
    }
}

import Model
import Store
import Support

// What a stop writes: as much of it as there is time for says that hashdrop is stopped. The rest grows old,
// and then says that hashdrop is away.
extension ReportService {
    /// The most short reports and the most indexes that a stop writes.
    private static let lastReportsMax = 100
    private static let lastIndexesMax = 200
    /// How long each of the three parts may take: a stop is over within ten seconds, and others need theirs.
    private static let lastPartMax: Duration = .milliseconds(1_500)

    static let stopped = JobEstimate(
        waitReason: "hashdrop is stopped; the list goes on when it is started again")

    func writeLast() async {
        complete(&left)
        let long = writeLastShort()
        writeLastIndexes()
        writeLastLong(long)
        await writeStatus(isLast: true)
    }

    /// Returns the jobs whose reports are long.
    private func writeLastShort() -> [JobID] {
        let end = clock.now.monotonic + Self.lastPartMax
        var (count, long) = (0, [JobID]())
        var reports = ReportGroup()
        for case .job(let id) in schedule.due(at: clock.now.monotonic, isEnd: true) {
            guard clock.now.monotonic < end else { break }
            guard workerPlace(for: id) == nil else {
                long.append(id)
                continue
            }
            guard count < Self.lastReportsMax else { continue }
            count += 1
            schedule.jobBegun(id)
            reports.write(id, estimate: Self.stopped, with: publisher, clock: clock)
            if reports.isFull { complete(&reports) }
        }
        complete(&reports)
        return long
    }

    /// The indexes, those of running lists first.
    private func writeLastIndexes() {
        let end = clock.now.monotonic + Self.lastPartMax
        let changed = schedule.due(at: clock.now.monotonic, isEnd: true)
        schedule.allUsersChanged()
        let others = Set(schedule.due(at: clock.now.monotonic, isEnd: true)).subtracting(changed)
        let users = (changed + others).compactMap { item -> UserName? in
            if case .index(let user) = item { user } else { nil }
        }
        let estimates = running.mapValues { _ in Self.stopped }
        for user in users.prefix(Self.lastIndexesMax) {
            guard clock.now.monotonic < end else { break }
            schedule.userBegun(user)
            settle(
                user,
                IndexWorker.publish(
                    of: user, estimates: estimates, waiting: liveStatus.waitingFiles[user] ?? [],
                    troubles: [
                        "hashdrop is stopped. What you drop waits in your folder until it is started again."
                    ],
                    isLast: true, with: publisher, clock: clock))
        }
    }

    /// Long reports of running jobs, the shortest first. One that there is no time for is broken off. Those
    /// of finished jobs are left to the next start.
    private func writeLastLong(_ long: [JobID]) {
        let end = clock.now.monotonic + Self.lastPartMax
        let isTimeUp = { [clock] in clock.now.monotonic >= end }
        let jobs = long.filter { running[$0] != nil }.sorted { (rows[$0] ?? 0) < (rows[$1] ?? 0) }
        for id in jobs {
            do {
                guard !isTimeUp() else { return }
                schedule.jobBegun(id)
                _ = try publisher.publish(
                    id, estimate: Self.stopped, at: clock.now.wall, isTimeUp: isTimeUp
                ).map { try publisher.save([$0]) }
            } catch is ReportPublisher.TimeIsUp {
                return
            } catch {
                troubles["job \(id)"] = sentence(for: error)
            }
        }
    }
}

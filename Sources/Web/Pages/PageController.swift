import Compression
import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Reporting
import Store
import Support

/// Controller of the pages for users who are logged in, and of their report files.
struct PageController: Sendable {
    let data: WebDatabase
    let finder: JobFinder
    let queries: BoundedQueries
    let responses: ResponseBuilder
    /// The digests of the reports' scripts and styles.
    let reportPolicy: ReportContentPolicy
    let clock: any ServiceClock

    /// What a slow client holds in memory, twice at most.
    private static let chunkBytes = 256 << 10

    @Sendable func jobs(_ request: Request, _ context: UserContext) async throws -> Response {
        let name = context.user.name
        let form = JobSearchForm(request.uri)
        guard form.isEmpty else { return try await search(form, .jobs, of: name, context) }
        let number = WebQuery(request.uri).page
        let (jobs, total) = try await data.read {
            (
                try $0.jobs.jobs(of: name, limit: ListPage.jobsMax, offset: ListPage.jobsMax * (number - 1)),
                try $0.jobs.count(of: name)
            )
        }
        let waiting = await queries.waiting().filter { $0.key == name }
        return try await list(
            .jobs, form, context, ListPage(number: number, jobsTotal: total), jobs, waiting)
    }

    @Sendable func everybody(_ request: Request, _ context: UserContext) async throws -> Response {
        try requireAdministrator(context)
        let form = JobSearchForm(request.uri)
        guard form.isEmpty else { return try await search(form, .everybody, of: nil, context) }
        let number = WebQuery(request.uri).page
        let (jobs, total) = try await data.read {
            (
                try $0.jobs.jobs(limit: ListPage.jobsMax, offset: ListPage.jobsMax * (number - 1)),
                try $0.jobs.count()
            )
        }
        let waiting = await queries.waiting()
        return try await list(
            .everybody, form, context, ListPage(number: number, jobsTotal: total), jobs, waiting)
    }

    @Sendable func operations(_ request: Request, _ context: UserContext) async throws -> Response {
        try requireAdministrator(context)
        let page = OperationsPage(
            view: await queries.operations(), uses: try await data.read { try $0.jobs.useOfEachUser() },
            channels: try await data.read { try $0.notifications.troubles() }, now: clock.now.wall)
        return responses.html("Operations", context.user, .operations, live: "/operations?live") {
            page.append(to: &$0)
        }
    }

    @Sendable func job(_ request: Request, _ context: UserContext) async throws -> Response {
        let job = try await requireJob(context)
        let estimate = job.state.isFinal ? nil : await queries.estimates()[job.id]
        let page = JobStatusPage(
            overview: JobOverview(job: job, estimate: estimate ?? .init()), files: await data.files(of: job),
            now: clock.now.wall)
        let live = job.isSettled ? nil : WebRoute.path(of: job.id) + "?live"
        return responses.html(page.title, context.user, live: live) { page.append(to: &$0) }
    }

    @Sendable func file(_ request: Request, _ context: UserContext) async throws -> Response {
        try await send(context.parameters.get("file"), to: request, context)
    }

    @Sendable func workList(_ request: Request, _ context: UserContext) async throws -> Response {
        let name = context.parameters.get("list")
        return try await send(name.map { "\(ReportWriter.FileName.lists)/\($0)" }, to: request, context)
    }

    private func send(_ path: String?, to request: Request, _ context: UserContext) async throws -> Response {
        guard let file = path.flatMap({ JobFile(path: $0) }),
            let found = try await data.open(file, of: Self.job(context))
        else { throw HTTPError(.notFound) }
        return send(found.file, file, of: found.job, to: request)
    }

    private func requireAdministrator(_ context: UserContext) throws {
        guard context.user.isAdministrator else { throw HTTPError(.notFound) }
    }

    private func requireJob(_ context: UserContext) async throws -> Job {
        guard let job = try await data.read(Self.job(context)) else { throw HTTPError(.notFound) }
        return job
    }

    /// The job that the path names, if the user may see it.
    private static func job(_ context: UserContext) -> @Sendable (HashdropDatabase) throws -> Job? {
        let user = context.user
        // Reports link each other by their folders' names.
        let id = context.parameters.get("id").flatMap { JobID(ofFolder: $0) }
        return { database in
            try id.flatMap {
                user.isAdministrator
                    ? try database.jobs.job($0) : try database.jobs.job($0, of: user.name)
            }
        }
    }

    private func list(
        _ place: WebFrame.Place, _ form: JobSearchForm, _ context: UserContext, _ part: ListPage,
        _ jobs: [Job], _ waiting: [UserName: [WaitingFile]]
    ) async throws -> Response {
        // A page beyond the last one.
        guard part.number <= part.pageCount else { throw HTTPError(.notFound) }
        let estimates = jobs.contains { !$0.state.isFinal } ? await queries.estimates() : [:]
        let page = JobsPage(
            place: place, form: form, part: part,
            jobs: jobs.map { JobOverview(job: $0, estimate: estimates[$0.id] ?? .init()) },
            waiting: waiting.sorted { $0.key < $1.key }.flatMap { user, files in
                files.filter { !isPickedUp($0, of: user, jobs) }.map { (user, $0) }
            }, now: clock.now.wall)
        return responses.html("\(place.label)", context.user, place, live: page.live) { page.append(to: &$0) }
    }

    /// What a search finds among the jobs of `owner`, or of all users if that is nil.
    private func search(
        _ form: JobSearchForm, _ place: WebFrame.Place, of owner: UserName?, _ context: UserContext
    ) async throws -> Response {
        switch form.meaning {
        case .complaint(let sentence):
            var response = searchPage(form, place, context, .complaint(sentence))
            response.status = .badRequest
            return response
        case .filter(let filter):
            guard
                let result = try await finder.find(
                    filter, of: owner, before: form.before, for: context.user.name)
            else {
                var response = searchPage(
                    form, place, context,
                    .complaint("Two searches of yours are going on already; search again in a second."))
                response.status = .tooManyRequests
                response.headers[.retryAfter] = "1"
                return response
            }
            let isRunning = result.hits.contains { !$0.job.state.isFinal }
            let estimates = isRunning ? await queries.estimates() : [:]
            return searchPage(form, place, context, .found(result, estimates: estimates))
        }
    }

    /// A page that does not load itself again: each time would be a search.
    private func searchPage(
        _ form: JobSearchForm, _ place: WebFrame.Place, _ context: UserContext, _ content: SearchPage.Content
    ) -> Response {
        let page = SearchPage(place: place, form: form, content: content, now: clock.now.wall)
        return responses.html("\(place.label)", context.user, place) { page.append(to: &$0) }
    }

    /// Whether a file that was waiting a moment ago has become one of the jobs: nothing is shown twice.
    private func isPickedUp(_ file: WaitingFile, of user: UserName, _ jobs: [Job]) -> Bool {
        // A file's time is rounded to the second.
        jobs.contains {
            $0.user == user && $0.droppedName == file.name && $0.receivedAt + 1 >= file.firstSeenAt
        }
    }

    /// Streams a file of the job's folder; memory does not grow with it.
    private func send(_ open: OpenFile, _ file: JobFile, of job: Job, to request: Request) -> Response {
        var fields = SecurityHeaders.fields(file == .html ? .report(reportPolicy) : .data)
        fields[.contentType] = file.contentType
        if let name = file.attachmentName(of: job) {
            // The name holds only letters, digits, '.', '-' and '_': nothing to quote.
            fields[.contentDisposition] = "attachment; filename=\"\(name)\""
        }
        // HEAD promises the length of the file itself: that of the compressed one is known at its end.
        let isGzip =
            request.method == .get && open.byteCount >= ContentCoding.bytesMin
            && ContentCoding.acceptsGzip(request.headers)
        fields[isGzip ? .contentEncoding : .contentLength] = isGzip ? "gzip" : String(open.byteCount)
        let body = ResponseBody(contentLength: isGzip ? nil : open.byteCount) { [data] writer in
            let gzip = isGzip ? GzipStream(.fastest) : nil
            var left = open.byteCount
            // The memory of the piece before the last one, which is sent by now, takes the next one.
            var (older, newer): (ByteBuffer?, ByteBuffer?) = (nil, nil)
            while left > 0 {
                let bytes = try await data.bytes(
                    min(left, Self.chunkBytes), of: open, reusing: older.take() ?? ByteBuffer())
                (older, newer) = (newer.take(), bytes)
                // Shorter than it was: the promised length cannot be kept, and the connection is closed.
                guard bytes.readableBytes > 0 else { throw WebError.cannotRead(code: EIO) }
                left -= bytes.readableBytes
                let piece =
                    gzip.map { ByteBuffer(bytes: bytes.withUnsafeReadableBytes($0.compress)) } ?? bytes
                if piece.readableBytes > 0 { try await writer.write(piece) }
            }
            if let gzip { try await writer.write(ByteBuffer(bytes: gzip.finish())) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }
}

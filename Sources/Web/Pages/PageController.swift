import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Reporting
import Store

/// The pages for people who are logged in, and their reports.
struct PageController: Sendable {
    let data: WebDatabase
    let frame: WebFrame
    let sources: DaemonQueries
    /// What the reports run and are styled by.
    let reportPolicy: ReportContentPolicy
    let clock: WebClock

    private static let chunkBytes = 64 << 10

    func show(_ route: WebRoute, _ query: WebQuery, to visitor: AuthenticatedUser) async throws -> Response {
        switch route {
        case .home: return redirect("/jobs")
        case .jobs: return try await jobs(visitor, query.page)
        case .everybody where visitor.user.isAdministrator: return try await everybody(visitor, query.page)
        case .operations where visitor.user.isAdministrator:
            let view = await sources.operations()
            let page = OperationsPage(view: view, now: clock.wall())
            return html("Operations", visitor, .operations, live: "/operations?live") { page.append(to: &$0) }
        case .job(let id):
            guard let job = try await job(id, visitor) else { return missing(visitor) }
            return await status(of: job, visitor)
        case .file(let id, let file):
            guard let job = try await job(id, visitor), let open = await data.open(file, of: job) else {
                return missing(visitor)
            }
            return send(open, file, of: job)
        default: return missing(visitor)
        }
    }

    /// The same page for what is not there and for what belongs to somebody else.
    private func missing(_ visitor: AuthenticatedUser) -> Response {
        var response = html("Not found", visitor) { page in
            page.raw(
                "<section class=notice><h1>Not found</h1><p>There is no such page, or no such job of ")
            page.raw("yours.</p><p><a href=\"/jobs\">My jobs</a></p></section>\n")
        }
        response.status = .notFound
        return response
    }

    private func job(_ id: JobID, _ visitor: AuthenticatedUser) async throws -> Job? {
        let user = visitor.user
        return try await data.read {
            user.isAdministrator ? try $0.jobs.job(id) : try $0.jobs.job(id, of: user.name)
        }
    }

    private func jobs(_ visitor: AuthenticatedUser, _ number: Int) async throws -> Response {
        let name = visitor.user.name
        let (jobs, total) = try await data.read {
            (
                try $0.jobs.jobs(of: name, limit: ListPage.jobsMax, offset: ListPage.jobsMax * (number - 1)),
                try $0.jobs.count(of: name)
            )
        }
        let waiting = await sources.waiting().filter { $0.key == name }
        return await list(.jobs, visitor, ListPage(number: number, jobsTotal: total), jobs, waiting)
    }

    private func everybody(_ visitor: AuthenticatedUser, _ number: Int) async throws -> Response {
        let (jobs, total) = try await data.read {
            (
                try $0.jobs.jobs(limit: ListPage.jobsMax, offset: ListPage.jobsMax * (number - 1)),
                try $0.jobs.count()
            )
        }
        let waiting = await sources.waiting()
        return await list(.everybody, visitor, ListPage(number: number, jobsTotal: total), jobs, waiting)
    }

    private func list(
        _ place: WebFrame.Place, _ visitor: AuthenticatedUser, _ part: ListPage, _ jobs: [Job],
        _ waiting: [UserName: [WaitingFile]]
    ) async -> Response {
        // A page beyond the last one: nothing is there, whoever asks.
        if part.number > part.pageCount { return missing(visitor) }
        let estimates = jobs.contains { !$0.state.isFinal } ? await sources.estimates() : [:]
        let page = JobsPage(
            place: place, part: part,
            jobs: jobs.map { JobOverview(job: $0, estimate: estimates[$0.id] ?? .init()) },
            waiting: waiting.sorted { $0.key < $1.key }.flatMap { user, files in
                files.filter { !isPickedUp($0, of: user, jobs) }.map { (user, $0) }
            }, now: clock.wall())
        return html("\(place.label)", visitor, place, live: page.live) { page.append(to: &$0) }
    }

    /// Whether a file that was waiting a moment ago has become one of the jobs: nothing is shown twice.
    private func isPickedUp(_ file: WaitingFile, of user: UserName, _ jobs: [Job]) -> Bool {
        // A file's time is rounded to the second.
        jobs.contains {
            $0.user == user && $0.droppedName == file.name && $0.receivedAt + 1 >= file.firstSeenAt
        }
    }

    private func status(of job: Job, _ visitor: AuthenticatedUser) async -> Response {
        let estimate = job.state.isFinal ? nil : await sources.estimates()[job.id]
        let page = JobStatusPage(
            overview: JobOverview(job: job, estimate: estimate ?? .init()), files: await data.files(of: job),
            now: clock.wall())
        let live = job.state.isFinal ? nil : WebRoute.path(of: job.id) + "?live"
        return html(page.title, visitor, live: live) { page.append(to: &$0) }
    }

    /// Streams a file of the job's folder; memory does not grow with it.
    private func send(_ open: OpenFile, _ file: JobFile, of job: Job) -> Response {
        var fields = SecurityHeaders.fields(file == .html ? .report(reportPolicy) : .data)
        fields[.contentType] = file.contentType
        if let name = file.attachmentName(of: job) {
            // The name holds only letters, digits, '.', '-' and '_': nothing to quote.
            fields[.contentDisposition] = "attachment; filename=\"\(name)\""
        }
        fields[.contentLength] = String(open.byteCount)
        let data = data
        let body = ResponseBody(contentLength: open.byteCount) { writer in
            var left = open.byteCount
            while left > 0 {
                let bytes = try await data.bytes(min(left, Self.chunkBytes), of: open)
                // Shorter than it was: the promised length cannot be kept, and the connection is closed.
                guard !bytes.isEmpty else { throw WebError.cannotRead(code: EIO) }
                left -= bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: fields, body: body)
    }

    // MARK: Responses

    func html(
        _ title: String, _ visitor: AuthenticatedUser? = nil, _ place: WebFrame.Place? = nil, live: String? = nil,
        content: (inout HTMLBuilder) -> Void
    ) -> Response {
        let page = frame.page(
            title: title, visitor: visitor, place: place, live: live, now: clock.wall(),
            content: content)
        return response(.ok, page, .page, type: "text/html; charset=utf-8")
    }

    /// A page that says one sentence to anybody.
    func message(_ status: HTTPResponse.Status, _ sentence: StaticString) -> Response {
        var response = html(status.reasonPhrase) { page in
            page.raw("<section class=notice><p>")
            page.raw(sentence)
            page.raw("</p></section>\n")
        }
        response.status = status
        return response
    }

    func redirect(_ path: StaticString) -> Response {
        var response = response(.seeOther, [], .data, type: "text/plain; charset=utf-8")
        response.headers[.location] = "\(path)"
        return response
    }

    func asset(_ text: String, type: String) -> Response {
        response(.ok, Array(text.utf8), .asset, type: type)
    }

    private func response(
        _ status: HTTPResponse.Status, _ bytes: [UInt8], _ kind: SecurityHeaders.Kind, type: String
    ) -> Response {
        var fields = SecurityHeaders.fields(kind)
        fields[.contentType] = type
        fields[.contentLength] = String(bytes.count)
        return Response(
            status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

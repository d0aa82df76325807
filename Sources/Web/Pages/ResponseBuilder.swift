import HTTPTypes
import Hummingbird
import NIOCore
import Reporting
import Support

/// Builder of the page's responses, each with the security headers of its kind.
struct ResponseBuilder: Sendable {
    let frame: WebFrame
    let clock: any ServiceClock

    /// A page within the frame.
    ///
    /// - Parameters:
    ///   - user: the user who is logged in; nil for pages that any client gets.
    ///   - live: the address that it loads itself again by; nil if it need not.
    func html(
        _ title: String, _ user: AuthenticatedUser? = nil, _ place: WebFrame.Place? = nil,
        live: String? = nil, content: (inout HTMLBuilder) -> Void
    ) -> Response {
        let page = frame.page(
            title: title, user: user, place: place, live: live, now: clock.now.wall, content: content)
        return response(.ok, page, .page, type: "text/html; charset=utf-8")
    }

    /// The same page for what is not there and for what belongs to another user.
    func missing(_ user: AuthenticatedUser) -> Response {
        var response = html("Not found", user) { page in
            page.raw(
                "<section class=notice><h1>Not found</h1><p>There is no such page, or no such job of ")
            page.raw("yours.</p><p><a href=\"/jobs\">My jobs</a></p></section>\n")
        }
        response.status = .notFound
        return response
    }

    /// A page of one sentence, for any client.
    func message(_ status: HTTPResponse.Status, _ sentence: StaticString) -> Response {
        var response = html(status.reasonPhrase) { page in
            page.raw("<section class=notice><p>")
            page.raw(sentence)
            page.raw("</p></section>\n")
        }
        response.status = status
        return response
    }

    func redirect(_ route: WebRoute) -> Response {
        var response = response(.seeOther, [], .data, type: "text/plain; charset=utf-8")
        response.headers[.location] = route.rawValue
        return response
    }

    func asset(_ asset: WebAsset, _ request: Request) -> Response {
        let isGzip = ContentCoding.acceptsGzip(request.headers)
        var response = response(.ok, isGzip ? asset.gzip : asset.bytes, .asset, type: asset.type)
        if isGzip { response.headers[.contentEncoding] = "gzip" }
        // For caches on the way.
        response.headers[.vary] = "Accept-Encoding"
        return response
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

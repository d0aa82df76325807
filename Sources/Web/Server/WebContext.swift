import Hummingbird
import NIOCore

/// Context of a request to the page.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection, which may be a proxy; nil if it has no address.
    let peer: NetworkAddress?
    /// What is known of the client's connection; set by `ConnectionMiddleware`.
    var connection: ClientConnection
    /// The user whose session the request has; set by `SessionMiddleware`.
    var user: AuthenticatedUser?

    init(source: ApplicationRequestContextSource) {
        self.init(source: source, peer: source.channel.remoteAddress?.ipAddress.flatMap(NetworkAddress.init))
    }

    init(source: some RequestContextSource, peer: NetworkAddress?) {
        coreContext = CoreRequestContextStorage(source: source)
        self.peer = peer
        connection = ClientConnection(peer: peer)
    }
}

/// Context of a request that only users may send.
struct UserContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let user: AuthenticatedUser

    /// Throws if there is no user, which `SessionMiddleware` rules out.
    init(context: WebContext) throws {
        guard let user = context.user else { throw HTTPError(.unauthorized) }
        coreContext = context.coreContext
        self.user = user
    }
}

import Glibc
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Closes connections that are too slow, too large or too many from one address.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let crowd: ConnectionCounter
    private var pace: ConnectionTimeouts?
    private var timer: (scheduled: Scheduled<Void>, deadline: Duration)?
    private var address: NetworkAddress?

    init(limits: ConnectionLimits, crowd: ConnectionCounter) {
        self.limits = limits
        self.crowd = crowd
    }

    private static func now() -> Duration { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        timer = nil
        pace = nil
        if let address { crowd.leave(address) }
        address = nil
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard pace == nil else { return }
        pace = ConnectionTimeouts(limits: limits, openedAt: Self.now())
        if let peer = context.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) {
            guard crowd.enter(peer) else { return context.close(promise: nil) }
            address = peer
        }
        watch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: pace?.headArrived(at: Self.now())
        case .body(let bytes):
            guard pace?.bodyArrived(byteCount: bytes.readableBytes) ?? true else {
                return context.close(promise: nil)
            }
        case .end: pace?.requestEnded(at: Self.now())
        }
        watch(context)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        pace?.writeBegan(at: Self.now())
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in
            let (guardian, context) = bound.value
            guardian.pace?.writeEnded(at: Self.now())
            if isEnd { guardian.pace?.answerEnded(at: Self.now()) }
            guardian.watch(context)
        }
        context.write(data, promise: promise)
        watch(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            pace?.quiesce(at: Self.now())
            watch(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// One timer at a time; when it rings early, because the deadline has moved on, it is set anew.
    private func watch(_ context: ChannelHandlerContext) {
        guard let deadline = pace?.deadline, context.channel.isActive else { return }
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.scheduled.cancel()
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let nanoseconds = max(.zero, deadline - Self.now()) / .nanoseconds(1)
        let scheduled = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(nanoseconds))) {
            let (guardian, context) = bound.value
            guardian.timer = nil
            if let deadline = guardian.pace?.deadline, deadline <= Self.now() {
                guardian.reset(context)
            } else {
                guardian.watch(context)
            }
        }
        timer = (scheduled, deadline)
    }

    /// Ends the connection without waiting for the visitor to take what is still on its way: the kernel would keep
    /// that for minutes.
    private func reset(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        guard let socket = context.channel as? any SocketOptionProvider else {
            return context.close(promise: nil)
        }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }
}

/// How many connections each address has.
final class ConnectionCounter: Sendable {
    private let connectionsPerAddressMax: Int
    private let exceptions: Set<NetworkAddress>
    private let counts = Mutex<[[UInt8]: Int]>([:])

    /// - Parameter exceptions: proxies, behind which everybody has the same address.
    init(connectionsPerAddressMax: Int, exceptions: Set<NetworkAddress>) {
        self.connectionsPerAddressMax = connectionsPerAddressMax
        self.exceptions = exceptions
    }

    /// Counts a connection, unless the address has its share already.
    func enter(_ address: NetworkAddress) -> Bool {
        guard !exceptions.contains(address) else { return true }
        return counts.withLock { counts in
            guard counts[address.network, default: 0] < connectionsPerAddressMax else { return false }
            counts[address.network, default: 0] += 1
            return true
        }
    }

    func leave(_ address: NetworkAddress) {
        guard !exceptions.contains(address) else { return }
        counts.withLock { counts in
            let left = counts[address.network, default: 1] - 1
            counts[address.network] = left > 0 ? left : nil
        }
    }
}

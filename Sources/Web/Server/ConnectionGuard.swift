import Glibc
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Channel handler that closes connections that are too slow or too large, and those that give way to others.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let table: ConnectionTable
    private var timeouts: ConnectionTimeouts?
    private var timer: (scheduled: Scheduled<Void>, deadline: Duration)?
    private var id: ConnectionTable.ID?
    /// Whether an answer has said that the connection ends with it.
    private var isLastAnswer = false

    init(limits: ConnectionLimits, table: ConnectionTable) {
        self.limits = limits
        self.table = table
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
        timeouts = nil
        if let id { table.remove(id) }
        id = nil
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard timeouts == nil else { return }
        timeouts = ConnectionTimeouts(limits: limits, openedAt: Self.now())
        if let peer = context.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) {
            let channel = context.channel
            id = table.add(peer) { channel.close(promise: nil) }
            guard id != nil else { return context.close(promise: nil) }
        }
        watch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: timeouts?.headArrived(at: Self.now())
        case .body(let bytes):
            guard timeouts?.bodyArrived(byteCount: bytes.readableBytes) ?? true else {
                return context.close(promise: nil)
            }
        case .end: timeouts?.requestEnded(at: Self.now())
        }
        watch(context)
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        timeouts?.writeBegan(at: Self.now())
        let part = unwrapOutboundIn(data)
        if case .head(let answer) = part, answer.headerFields[.connection] == "close" { isLastAnswer = true }
        let isEnd = if case .end = part { true } else { false }
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.timeouts?.writeEnded(at: Self.now())
            if isEnd { handler.timeouts?.answerEnded(at: Self.now()) }
            // What has come behind the request is not looked at.
            if isEnd, handler.isLastAnswer { return context.close(promise: nil) }
            handler.watch(context)
        }
        context.write(data, promise: promise)
        watch(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            timeouts?.quiesce(at: Self.now())
            watch(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// One timer at a time; when it fires early, because the deadline has moved on, the next one is set.
    private func watch(_ context: ChannelHandlerContext) {
        if let id, let timeouts { table.set(id, isWorkedFor: timeouts.isWorkedFor) }
        guard let deadline = timeouts?.deadline, context.channel.isActive else { return }
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.scheduled.cancel()
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let nanoseconds = max(.zero, deadline - Self.now()) / .nanoseconds(1)
        let scheduled = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(nanoseconds))) {
            let (handler, context) = bound.value
            handler.timer = nil
            if let deadline = handler.timeouts?.deadline, deadline <= Self.now() {
                handler.reset(context)
            } else {
                handler.watch(context)
            }
        }
        timer = (scheduled, deadline)
    }

    /// Ends the connection without waiting for the client to take what is still on its way: the kernel would
    /// keep that for minutes.
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

import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Support

/// Channel handler that dates each response by the simulator's clock.
///
/// The server's own `Date` is the machine's and is cached for a second or more; a client compares a date in
/// `Retry-After` with the answer's own date (RFC 9110, 10.2.3), so both must come from one clock.
final class AnswerDate: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let clock: any ServiceClock
    /// The last second that was written out; most answers share theirs with others.
    private var last: (second: Int, text: String)?

    init(_ clock: any ServiceClock) { self.clock = clock }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        head.headerFields[.date] = text(clock.now.wall)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func text(_ date: Date) -> String {
        let second = Int(date.timeIntervalSince1970.rounded(.down))
        if let last, last.second == second { return last.text }
        let text = Self.text(date)
        last = (second, text)
        return text
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func text(_ date: Date) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits) GMT
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }
}

import ArgumentParser
import Foundation
import Model
import Settings
import Store
import Support

/// `hashdrop user notify …`: what a user is told by mail.
struct UserNotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Show or change what a user is told by mail.",
        discussion: "Mail goes out while notify.mailServer and notify.mailFrom are set.")

    @Argument(help: "The user's name.") var name: String
    @Option(help: "Where the mail goes.") var mail: String?
    @Option(
        help: ArgumentHelp(
            "What the user is told of, separated by commas: \(Self.eventNames). Administrators alone: quota.",
            valueName: "events"))
    var events: String?
    @Option(
        help: ArgumentHelp(
            "What happens within this time of the first becomes one mail, such as 1h; 0s for a mail each.",
            valueName: "time"))
    var digest: String?
    @Flag(help: "End the mail; what has not gone out is dropped.") var off = false
    @OptionGroup var configurationOption: ConfigurationOption

    private static let eventNames = "done, malicious, refused, stuck"

    func validate() throws {
        if off, mail != nil || events != nil || digest != nil {
            throw ValidationError("--off goes with no other option.")
        }
        if let mail, MailAddress(mail) == nil {
            throw ValidationError("--mail must be \(MailAddress.rule).")
        }
        if let events, Self.events(events) == nil {
            throw ValidationError("--events must be some of \(Self.eventNames), separated by commas.")
        }
        if let digest, Self.duration(digest) == nil {
            throw ValidationError("--digest must be a time such as 15m, 1h or 1d, up to 7d, or 0s.")
        }
    }

    func run() async throws {
        let user = try UserCommand.name(name)
        let database = try StatePaths.openDatabase(try await configurationOption.settings())
        guard let account = try database.users.user(user) else {
            throw StoreError(
                .noSuchUser, "There is no user '\(user)'; 'hashdrop user list' shows who there is.")
        }
        let store = database.notifications
        if off { try store.unsubscribe(user) }
        var subscription = try store.subscription(of: user)
        if mail != nil || events != nil || digest != nil {
            let new = try changed(subscription, of: account)
            try store.subscribe(new)
            subscription = new
        }
        print("\(user): \(Self.sentence(subscription))")
    }

    private func changed(_ current: Subscription?, of account: User) throws -> Subscription {
        guard let address = mail.flatMap({ MailAddress($0) }) ?? current?.address else {
            throw CommandFailure(
                .usage, "'\(account.name)' has no address for mail yet; give one with --mail ADDRESS.")
        }
        var subscription = current ?? Subscription(user: account.name, address: address)
        if current == nil, account.isAdministrator { subscription.events.insert(.quota) }
        subscription.address = address
        if let events = events.flatMap(Self.events) { subscription.events = events }
        if let digest = digest.flatMap(Self.duration) { subscription.digest = digest }
        guard account.isAdministrator || !subscription.events.contains(.quota) else {
            throw CommandFailure(
                .usage, "'\(account.name)' is no administrator and is not told of the quota; leave it out.")
        }
        return subscription
    }

    private static func sentence(_ subscription: Subscription?) -> String {
        guard let subscription else { return "is told nothing by mail." }
        let events = NotificationEvent.allCases.filter(subscription.events.contains).map(\.rawValue)
        let digest = subscription.digest.components.seconds
        return "mail to \(subscription.address) of \(events.joined(separator: ", ")), "
            + (digest == 0 ? "one each" : "those of \(text(digest)) in one")
    }

    private static func events(_ text: String) -> Set<NotificationEvent>? {
        let words = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let events = words.compactMap(NotificationEvent.init(rawValue:))
        return events.isEmpty || events.count != words.count ? nil : Set(events)
    }

    private static let units: [(String, Int64)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]

    /// A whole number and a unit, up to the longest digest.
    private static func duration(_ text: String) -> Duration? {
        guard let (unit, size) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Int64(text.dropLast(unit.count)), (0...1_000_000).contains(number)
        else { return nil }
        let duration = Duration.seconds(number * size)
        return duration <= Subscription.digestMax ? duration : nil
    }

    private static func text(_ seconds: Int64) -> String {
        let (unit, size) = units.first { seconds.isMultiple(of: $0.1) } ?? ("s", 1)
        return "\(seconds / size)\(unit)"
    }
}

import Curl
import Foundation
import Glibc
import Store
import Support
import TestSupport
import Testing

@testable import Notifications

/// What keeps the channels from being used, as a start and `hashdrop doctor` ask.
@Suite(.limited(.processor))
struct NotificationRefusalsTests {
    private let folder = TemporaryFolder()

    private func file(_ name: String, _ text: String = "secret\n", mode: mode_t = 0o600) throws -> String {
        let path = folder.path(name)
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, mode)
        return path
    }

    private func refusals(_ options: NotificationOptions) -> [NotificationChannel: Explanation] {
        var refusals: [NotificationChannel: Explanation] = [:]
        for (channel, refusal) in options.refusals(curl: CurlOptions(), clock: SystemClock()) {
            refusals[channel] = refusal
        }
        return refusals
    }

    private func options() throws -> NotificationOptions {
        NotificationOptions(
            hook: .init(arguments: [try file("hook", "#!/bin/sh\n", mode: 0o700), "an argument"]),
            webhook: .init(
                .file(try file("url", "https://127.0.0.1:1/\n")), secretFile: try file("secret")),
            mail: .init(
                server: "smtp://127.0.0.1:1", sender: try #require(MailAddress("hashdrop@example.org")),
                user: "u", passwordFile: try file("password")), reportsDirectory: "/")
    }

    @Test func whatCanBeUsedIsNotRefused() throws {
        let options = try options()
        #expect(options.refusals(curl: CurlOptions(), clock: SystemClock()).count == 3)
        #expect(refusals(options).isEmpty)
        let none = NotificationOptions(reportsDirectory: "/")
        #expect(none.refusals(curl: CurlOptions(), clock: SystemClock()).isEmpty)
    }

    @Test(arguments: [
        ("hook", NotificationChannel.hook), ("url", .webhook), ("secret", .webhook), ("password", .mail),
    ])
    func eachMissingFileIsToldWithItsChannelAndKeepsTheStart(
        _ name: String, _ channel: NotificationChannel
    ) throws {
        let options = try options()
        unlink(folder.path(name))
        let refusals = refusals(options)
        #expect(refusals.count == 1)
        let refusal = try #require(refusals.first)
        #expect(refusal.key == channel)
        #expect(refusal.value.reason.contains(folder.path(name)))
        #expect(refusal.value.advice?.isEmpty == false)
        // The start says the same.
        let error = #expect(throws: NotificationError.self) {
            try NotificationFixture().service(options)
        }
        #expect(error?.explanation == refusal.value)
    }

    @Test func aProgramWithoutItsBitAndAnEmptySecretAreTold() throws {
        let options = try options()
        chmod(folder.path("hook"), 0o600)
        _ = try file("secret", "\n")
        #expect(refusals(options)[.hook]?.advice?.contains("chmod a+x") == true)
        #expect(refusals(options)[.webhook]?.advice == "write it again")
        #expect(refusals(options)[.mail] == nil)
    }

    @Test func whatStandsInAProgramsPlaceIsTold() throws {
        let options = try options()
        unlink(folder.path("hook"))
        #expect(refusals(options)[.hook]?.reason.hasSuffix("it is missing") == true)
        mkdir(folder.path("hook"), 0o755)
        #expect(refusals(options)[.hook]?.reason.hasSuffix("it is a folder") == true)
        #expect(refusals(options)[.hook]?.advice == "name the program in it")
    }

    @Test(arguments: ["url", "secret", "password"])
    func aPipeOrAFolderInThePlaceOfASecretIsNamedAndNotWaitedFor(_ name: String) throws {
        let options = try options()
        unlink(folder.path(name))
        #expect(mkfifo(folder.path(name), 0o600) == 0)
        let pipe = try #require(refusals(options).values.first)
        #expect(pipe.reason.hasSuffix("cannot be read (it is a named pipe)"))
        unlink(folder.path(name))
        mkdir(folder.path(name), 0o700)
        let refusal = try #require(refusals(options).values.first)
        #expect(refusal.reason.hasSuffix("cannot be read (it is a folder)"))
        #expect(refusal.advice?.hasPrefix("name the file in it, or name another in notify.") == true)
    }

    @Test func theFilesWithSecretsAreThoseOfTheirChannels() throws {
        let options = try options()
        #expect(options.secretFiles(of: .hook) == [])
        #expect(options.secretFiles(of: .webhook) == ["url", "secret"].map(folder.path))
        #expect(options.secretFiles(of: .mail) == [folder.path("password")])
    }
}

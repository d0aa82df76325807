import Synchronization
import Testing

/// Trait of a suite whose tests use one browser after each other: it is started for the first of them that
/// needs it, and ended after the last.
struct SharedBrowser: SuiteTrait, TestScoping {
    @TaskLocal private static var place: Place?

    /// Where the browser is between two tests.
    private final class Place: Sendable {
        let browser = Mutex<Browser?>(nil)
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let place = Place()
        try await Self.$place.withValue(place) { try await function() }
        try await place.browser.withLock { $0 }?.quit()
    }

    /// The browser that an earlier test has left, if it has left one.
    static func take() -> Browser? { place?.browser.withLock { $0.take() } }

    /// Leaves a browser for the next test, or ends it where there is none.
    static func giveBack(_ browser: Browser) async throws {
        guard let place else { return try await browser.quit() }
        place.browser.withLock { $0 = browser }
    }
}

extension Trait where Self == SharedBrowser {
    static var sharedBrowser: Self { SharedBrowser() }
}

import Foundation

/// Whether the long runs are wanted: `make test-full`.
package enum Full {
    package static let isOn = ProcessInfo.processInfo.environment["HASHDROP_TEST_FULL"] != nil
}

// swift-tools-version: 6.2
import PackageDescription

// One rule for every target of ours: warnings are errors, imports are explicit and internal unless
// said otherwise, and an existential is written `any`.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "_CryptoExtras", package: "swift-crypto")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// The table of targets, and why each may import what it imports, is Sources/ARCHITECTURE.md; `make check`
// compares it with the imports.
let package = Package(
    name: "hashdrop",
    products: [
        .executable(name: "hashdrop", targets: ["hashdrop"]),
        .executable(name: "hashdrop-watch", targets: ["hashdrop-watch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CInotifyTools"),

        .target(name: "Model", swiftSettings: strict),
        .target(name: "HashLists", dependencies: ["Model"], swiftSettings: strict),
        .target(name: "Spool", dependencies: ["Model", crypto], swiftSettings: strict),
        .target(name: "Store", dependencies: ["Model", grdb], swiftSettings: strict),
        .target(name: "Curl", dependencies: ["CCurl"], swiftSettings: strict),
        .target(name: "VirusTotal", dependencies: ["Model", "Curl"], swiftSettings: strict),
        .target(
            name: "Lookup", dependencies: ["Model", "VirusTotal", "Store", logging],
            swiftSettings: strict),
        .target(name: "Reporting", dependencies: ["Model", crypto], swiftSettings: strict),
        .target(
            name: "Simulator",
            dependencies: [
                "Model", hummingbird, hummingbirdCore, hummingbirdHTTP2, httpTypes, lifecycle, logging, nio,
                nioTLS,
            ],
            swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "Model", "HashLists", "Spool", "Store", "Lookup", "Reporting", logging, lifecycle,
            ], swiftSettings: strict),
        .target(
            name: "Settings", dependencies: [configuration, systemPackage, yams], swiftSettings: strict),
        .target(name: "Passwords", dependencies: [crypto, cryptoExtras], swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "Model", "Store", "Passwords", "Reporting", crypto, httpTypes, hummingbird, hummingbirdCore,
                hummingbirdTLS, lifecycle, logging, nio, nioHTTPTypes, nioTLS,
            ], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop",
            dependencies: [
                "Model", "HashLists", "Spool", "Store", "Curl", "VirusTotal", "Lookup", "Reporting",
                "Simulator", "Pipeline", "Settings", "Passwords", "Web", arguments, crypto, lifecycle,
                logging,
                signals,
            ], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop-watch", dependencies: ["CInotifyTools"], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop-crash", dependencies: ["Model", "Reporting", "Simulator", arguments],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Model", "Store"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Model", "TestSupport", grdb], swiftSettings: strict),
        .testTarget(
            name: "LookupTests",
            dependencies: [
                "Lookup", "Store", "Model", "Curl", "Simulator", "TestSupport", "VirusTotal",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "Model", "TestSupport"],
            exclude: ["vt_conformance.py"], swiftSettings: strict),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "CCurl"], swiftSettings: strict),
        .testTarget(
            name: "VirusTotalTests", dependencies: ["VirusTotal", "Curl", "Model"], swiftSettings: strict),
        .testTarget(
            name: "HashListsTests", dependencies: ["HashLists", "Model"], swiftSettings: strict),
        .testTarget(
            name: "ReportingTests", dependencies: ["Reporting", "Model", "TestSupport"],
            exclude: ["stix_check.py", "tables_check.py"], swiftSettings: strict),
        .testTarget(
            name: "SpoolTests", dependencies: ["Spool", "Model", "hashdrop-watch", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Pipeline", "HashLists", "Lookup", "Model", "Reporting", "Spool", "Store", "TestSupport",
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Model", "Passwords", "Reporting", "Store", "TestSupport", httpTypes, lifecycle,
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Model", "Reporting", "Simulator", "TestSupport", "hashdrop", "hashdrop-watch",
                "hashdrop-crash",
            ],
            swiftSettings: strict),
    ]
)

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
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
// The interface alone: what it counts goes to Monitoring.
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
// SQLite's own interface, of the library that GRDB uses.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
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
    // Exactly these: what a build takes is what was tried, until a commit says otherwise.
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", exact: "1.4.0",
            traits: [.defaults, "YAML"]),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CInotifyTools"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd"),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

        .target(name: "Support", swiftSettings: strict),
        .target(name: "Model", dependencies: ["Support"], swiftSettings: strict),
        .target(name: "FileSystem", dependencies: ["Support"], swiftSettings: strict),
        .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Compression", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "MetricNames", dependencies: [metrics], swiftSettings: strict),
        .target(
            name: "Monitoring",
            dependencies: [
                "MetricNames", "Model", "Support", httpTypes, hummingbirdCore, lifecycle, logging, metrics,
                nio, nioHTTPTypes, nioPosix,
            ], swiftSettings: strict),
        .target(
            name: "Doctor",
            dependencies: [
                "Curl", "FileSystem", "Lookup", "Model", "Reporting", "Spool", "Store", "Support",
                "VirusTotal",
            ], swiftSettings: strict),
        .target(name: "Systemd", dependencies: ["CSystemd"], swiftSettings: strict),
        .target(name: "HashLists", dependencies: ["Model", "Support"], swiftSettings: strict),
        .target(
            name: "Spool",
            dependencies: ["Cryptography", "FileSystem", "MetricNames", "Model", "Support", metrics],
            swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["MetricNames", "Model", "Support", grdb, sqlite],
            swiftSettings: strict),
        .target(name: "Curl", dependencies: ["CCurl"], swiftSettings: strict),
        .target(name: "PostgreSQL", dependencies: ["CPostgreSQL", "Support"], swiftSettings: strict),
        .target(
            name: "SharedStore", dependencies: ["Model", "PostgreSQL", "Store", "Support"],
            resources: [.embedInCode("SQL")], swiftSettings: strict),
        .target(
            name: "VirusTotal", dependencies: ["CSimdjson", "Curl", "Model", "Support"], swiftSettings: strict
        ),
        .target(
            name: "Lookup",
            dependencies: ["MetricNames", "Model", "Store", "Support", "VirusTotal", logging],
            swiftSettings: strict),
        .target(
            name: "Reporting", dependencies: ["Cryptography", "FileSystem", "Model", "Support"],
            resources: [.embedInCode("Assets")], swiftSettings: strict),
        .target(
            name: "Simulator",
            dependencies: [
                "Compression", "Model", "Support", hummingbird, httpTypes, hummingbirdCore, lifecycle,
                logging, nio,
                nioHTTPTypes,
            ],
            swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "FileSystem", "HashLists", "Lookup", "MetricNames", "Model", "Reporting", "SharedStore",
                "Spool", "Store", "Support", lifecycle, logging, metrics,
            ], swiftSettings: strict),
        .target(
            name: "Notifications",
            dependencies: [
                "Cryptography", "Curl", "FileSystem", "MetricNames", "Model", "Store", "Support", lifecycle,
                logging,
            ], swiftSettings: strict),
        .target(
            name: "Settings", dependencies: ["Support", configuration, systemPackage, yams],
            swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "Compression", "Cryptography", "FileSystem", "MetricNames", "Model", "Reporting", "Store",
                "Support", httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nio, nioHTTP1,
                nioHTTPTypes, nioPosix,
            ], resources: [.embedInCode("Assets")], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop",
            dependencies: [
                "Cryptography", "Curl", "Doctor", "FileSystem", "HashLists", "Lookup", "MetricNames",
                "Model", "Monitoring", "Notifications", "Pipeline", "PostgreSQL", "Reporting", "Settings",
                "SharedStore", "Simulator", "Spool", "Store", "Support", "Systemd", "VirusTotal", "Web",
                arguments, lifecycle, logging,
                metrics, signals,
            ], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop-watch", dependencies: ["CInotifyTools"], swiftSettings: strict),
        .executableTarget(
            name: "hashdrop-crash", dependencies: ["Reporting", "Simulator", "Store", "Support", arguments],
            swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: ["Model", "PostgreSQL", "SharedStore", "Spool", "Store", "Support"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "SupportTests", dependencies: ["Support", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "FileSystemTests", dependencies: ["FileSystem", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CryptographyTests", dependencies: ["Cryptography", "Support"], swiftSettings: strict),
        .testTarget(
            name: "MonitoringTests",
            dependencies: [
                "Lookup", "MetricNames", "Model", "Monitoring", "Store", "Support", "TestSupport", lifecycle,
                logging, metrics,
            ], exclude: ["hashdrop.rules.test.yaml"], swiftSettings: strict),
        .testTarget(
            name: "DoctorTests",
            dependencies: [
                "Curl", "Doctor", "Lookup", "Model", "Simulator", "Spool", "Store", "Support", "TestSupport",
                "VirusTotal", "hashdrop-watch", grdb,
            ], swiftSettings: strict),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Model", "Support", "TestSupport", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "LookupTests",
            dependencies: [
                "Curl", "Lookup", "Model", "SharedStore", "Simulator", "Store", "Support", "TestSupport",
                "VirusTotal",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "Model", "Support", "TestSupport"],
            exclude: ["vt_conformance.py"], swiftSettings: strict),
        .testTarget(
            name: "CurlTests", dependencies: ["Curl", "CCurl", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PostgreSQLTests", dependencies: ["PostgreSQL", "Support", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SharedStoreTests",
            dependencies: [
                "Lookup", "Model", "Pipeline", "PostgreSQL", "SharedStore", "Store", "Support", "TestSupport",
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "VirusTotalTests", dependencies: ["VirusTotal", "Curl", "Model", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HashListsTests", dependencies: ["HashLists", "Model", "Support", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["FileSystem", "Model", "Reporting", "Support", "TestSupport"],
            exclude: ["stix_check.py", "tables_check.py"], swiftSettings: strict),
        .testTarget(
            name: "SpoolTests",
            dependencies: [
                "Cryptography", "FileSystem", "Model", "Spool", "Support", "TestSupport", "hashdrop-watch",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "FileSystem", "HashLists", "Lookup", "Model", "Pipeline", "Reporting", "Spool", "Store",
                "Support",
                "TestSupport",
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "NotificationsTests",
            dependencies: [
                "Cryptography", "Curl", "MetricNames", "Model", "Notifications", "Store", "Support",
                "TestSupport", grdb, lifecycle, logging,
            ], exclude: ["http_receiver.py", "smtp_receiver.py"], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Cryptography", "Curl", "FileSystem", "HashLists", "Lookup", "Model", "Pipeline", "Reporting",
                "Simulator", "Spool", "Store", "Support", "TestSupport", "VirusTotal", grdb, lifecycle,
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Cryptography", "Model", "Reporting", "Store", "Support", "TestSupport", "Web", grdb,
                httpTypes,
                hummingbird, lifecycle, logging, nio,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "FileSystem", "Model", "Reporting", "Simulator", "Support", "TestSupport", "hashdrop",
                "hashdrop-watch", "hashdrop-crash",
            ],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)

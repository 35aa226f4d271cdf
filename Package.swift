// swift-tools-version: 6.2
import PackageDescription

/// Every target is Swift 6, warning-free and explicit about what it imports.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
    name: "netlab",
    products: [
        .executable(name: "netlab", targets: ["netlab"]),
        .library(name: "NetlabTesting", targets: ["NetlabTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The doors to C. Each has exactly one Swift importer.
        .systemLibrary(name: "CLibNL", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-route-3-dev"])]),
        .systemLibrary(name: "CLibMNL", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
        .target(name: "CNetlabShims"),

        // The pure half: no Linux, no root.
        module("IPAddressing"),
        module("CloudModel", ["IPAddressing"]),
        .target(
            name: "Cost", dependencies: ["CloudModel"], resources: [.embedInCode("Prices/us-east-1.json")],
            swiftSettings: strict),
        module("LabFile", ["CloudModel", "IPAddressing", .product(name: "Yams", package: "Yams")]),
        module("AWSImport", ["CloudModel", "IPAddressing"]),
        module("KernelObjects", ["IPAddressing"]),
        module("LabPlan", ["CloudModel", "KernelObjects", "IPAddressing"]),
        module("Reachability", ["CloudModel", "IPAddressing"]),

        // The kernel half.
        module("LinuxSystem", ["CNetlabShims"]),
        module("Namespaces", ["LinuxSystem", "CNetlabShims"]),
        module("Rootless", ["LinuxSystem", "Namespaces", "CNetlabShims"]),
        module("Netlink", ["LinuxSystem", "CNetlabShims"]),
        module("RouteNetlink", ["CLibNL", "CNetlabShims", "KernelObjects", "Netlink", "IPAddressing", "LinuxSystem"]),
        module("Nftables", ["CLibMNL", "KernelObjects", "Netlink", "IPAddressing", "LinuxSystem"]),

        // In what a namespace differs from its plan: pure as well, but nftables are compared by their bytes.
        module("Drift", ["KernelObjects", "LabPlan", "Nftables", "IPAddressing", "LinuxSystem"]),

        // What lives and moves inside a lab.
        module(
            "LabServices",
            [
                "IPAddressing", "Namespaces", "LinuxSystem", "CNetlabShims",
                .product(name: "Logging", package: "swift-log"),
            ] + nio),
        module(
            "Probes",
            [
                "IPAddressing", "Namespaces", "LinuxSystem", "CNetlabShims",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        module(
            "LoadBalancing",
            [
                "LabServices", "Probes", "Nftables", "Netlink", "KernelObjects", "Namespaces", "LinuxSystem",
                "IPAddressing",
            ]),
        module(
            "LabRunner",
            [
                "LoadBalancing",
                "CloudModel", "Drift", "LabPlan", "KernelObjects", "LabServices", "RouteNetlink", "Nftables", "Netlink",
                "Namespaces", "Rootless",
                "LinuxSystem", "IPAddressing", "LabFile", "CNetlabShims",
            ]),
        module(
            "Checks",
            [
                "CloudModel", "Cost", "IPAddressing", "KernelObjects", "LabPlan", "LabRunner", "LinuxSystem",
                "Nftables", "Probes", "Namespaces", "Reachability", "RouteNetlink",
            ]),
        module(
            "Tracing",
            [
                "CloudModel", "CNetlabShims", "IPAddressing", "KernelObjects", "LabPlan", "LabRunner", "LinuxSystem",
                "Namespaces", "Netlink", "Nftables", "Probes",
            ]),
        module(
            "NetlabCommands",
            [
                "AWSImport", "Checks", "Cost", "Drift", "LabRunner", "Tracing", "LabPlan", "LabFile", "KernelObjects",
                "RouteNetlink", "Nftables", "CloudModel", "LinuxSystem", "IPAddressing", "Namespaces", "Probes",
                "Rootless", "Reachability",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // For tests of users, and our own.
        module("NetlabTesting", ["Checks", "LabRunner", "LinuxSystem"]),
        .executableTarget(name: "netlab", dependencies: ["NetlabCommands"], swiftSettings: strict),

        // Numbers that come back with their seed, for tests.
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),
        // What tries our parsers, and the tests that run it: debug builds only, never shipped.
        .target(
            name: "Fuzzing",
            dependencies: [
                "AWSImport", "CloudModel", "IPAddressing", "KernelObjects", "LabFile", "LabPlan", "LabServices",
                "LinuxSystem", "Netlink", "Nftables",
                "Probes", "RouteNetlink", "SeededRandom",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio, path: "Tests/Fuzzing", swiftSettings: strict),
        tests("FuzzTests", ["Fuzzing", "LinuxSystem"]),

        // Pure tests: no root, seconds.
        tests("IPAddressingTests", ["IPAddressing"]),
        tests("CostTests", ["Cost", "CloudModel", "IPAddressing", "LabFile"]),
        tests("LabFileTests", ["LabFile", "CloudModel", "IPAddressing"]),
        // Half of it is pure, half sends packets.
        tests(
            "ConformanceTests",
            [
                "AWSImport", "Reachability", "CloudModel", "IPAddressing", "LinuxSystem", "Checks", "LabPlan",
                "LabRunner",
                "Namespaces", "NetlabTesting", "Nftables",
            ]),
        tests(
            "AWSImportTests",
            [
                "AWSImport", "LabFile", "LabPlan", "KernelObjects", "CloudModel", "IPAddressing", "LinuxSystem",
                "SeededRandom",
            ]),
        tests("LabPlanTests", ["KernelObjects", "LabPlan", "LabFile", "CloudModel", "IPAddressing", "SeededRandom"]),
        tests("ReachabilityTests", ["Reachability", "LabFile", "CloudModel", "IPAddressing", "SeededRandom"]),
        tests(
            "NetlinkTests",
            ["Netlink", "RouteNetlink", "Nftables", "KernelObjects", "IPAddressing", "LinuxSystem", "SeededRandom"]),
        tests(
            "DriftTests",
            [
                "Drift", "KernelObjects", "LabPlan", "LabFile", "CloudModel", "Nftables", "Netlink", "IPAddressing",
            ]),
        tests("LabServicesTests", ["LabServices", "IPAddressing", "LinuxSystem"]),
        tests("RootlessTests", ["Rootless", "LinuxSystem"]),
        tests(
            "ChecksTests",
            [
                "Checks", "CloudModel", "IPAddressing", "LabFile", "LabPlan", "LabRunner", "LinuxSystem", "Nftables",
                "Probes", .product(name: "Crypto", package: "swift-crypto"),
            ]),

        tests(
            "NetlabCommandsTests",
            [
                "NetlabCommands", "Checks", "LabFile", "Reachability",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            "TracingTests",
            [
                "Tracing", "CNetlabShims", "CloudModel", "IPAddressing", "KernelObjects", "LabFile", "LabPlan",
                "LinuxSystem",
                "Netlink", "Nftables",
                "Probes", "SeededRandom",
            ]),

        // Root tests: real namespaces, nothing left behind.
        tests(
            "KernelRootTests",
            [
                "RouteNetlink", "Nftables", "Netlink", "KernelObjects", "Namespaces", "LinuxSystem", "IPAddressing",
                "LabPlan", "LabFile", "LabRunner", "CloudModel", "CNetlabShims",
            ]),
        tests("ProbesRootTests", ["Probes", "Namespaces", "LinuxSystem", "IPAddressing", "SeededRandom"]),
        tests("SoakRootTests", ["NetlabTesting", "LinuxSystem"]),
        tests("FaultRootTests", ["NetlabTesting", "LinuxSystem"]),
        tests(
            "LabRootTests",
            [
                "NetlabTesting", "LabRunner", "LabServices", "Checks", "Tracing", "LabPlan", "CloudModel",
                "KernelObjects", "LinuxSystem", "IPAddressing", "Namespaces", "Nftables", "Probes", "Reachability",
                "LabFile", "SeededRandom",
            ]),
    ]
)

// `make fuzz` alone: its `main` is libFuzzer's, which only a build with `-sanitize=fuzzer` has.
if Context.environment["NETLAB_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "netlab-fuzz", dependencies: ["Fuzzing"], path: "Tests/FuzzMain", swiftSettings: strict))
}

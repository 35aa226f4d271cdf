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
        module("LabFile", ["CloudModel", "IPAddressing", .product(name: "Yams", package: "Yams")]),
        module("KernelObjects", ["IPAddressing"]),
        module("LabPlan", ["CloudModel", "KernelObjects", "IPAddressing"]),

        // The kernel half.
        module("LinuxSystem", ["CNetlabShims"]),
        module("Namespaces", ["LinuxSystem", "CNetlabShims"]),
        module("Netlink", ["LinuxSystem", "CNetlabShims"]),
        module("RouteNetlink", ["CLibNL", "CNetlabShims", "KernelObjects", "Netlink", "IPAddressing", "LinuxSystem"]),
        module("Nftables", ["CLibMNL", "KernelObjects", "Netlink", "IPAddressing", "LinuxSystem"]),

        // In what a namespace differs from its plan: pure as well, but nftables are compared by their bytes.
        module("Drift", ["KernelObjects", "LabPlan", "Nftables", "IPAddressing"]),

        // What lives and moves inside a lab.
        module(
            "LabServices",
            ["IPAddressing", "Namespaces", "LinuxSystem", .product(name: "Logging", package: "swift-log")] + nio),
        module(
            "Probes",
            [
                "IPAddressing", "Namespaces", "LinuxSystem", "CNetlabShims",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        module(
            "LabRunner",
            [
                "CloudModel", "Drift", "LabPlan", "KernelObjects", "LabServices", "RouteNetlink", "Nftables", "Netlink",
                "Namespaces",
                "LinuxSystem", "IPAddressing", "LabFile", "CNetlabShims",
            ]),
        module(
            "Checks",
            [
                "CloudModel", "IPAddressing", "KernelObjects", "LabPlan", "LabRunner", "LinuxSystem", "Nftables",
                "Probes", "Namespaces",
            ]),
        module(
            "NetlabCommands",
            [
                "Checks", "Drift", "LabRunner", "LabPlan", "LabFile", "KernelObjects", "Nftables", "CloudModel",
                "LinuxSystem",
                "IPAddressing", "Namespaces", "Probes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // For tests of users, and our own.
        module("NetlabTesting", ["Checks", "LabRunner", "LinuxSystem"]),
        .executableTarget(name: "netlab", dependencies: ["NetlabCommands"], swiftSettings: strict),

        // Pure tests: no root, seconds.
        tests("IPAddressingTests", ["IPAddressing"]),
        tests("LabFileTests", ["LabFile", "CloudModel", "IPAddressing"]),
        tests("LabPlanTests", ["KernelObjects", "LabPlan", "LabFile", "CloudModel", "IPAddressing"]),
        tests("NetlinkTests", ["Netlink", "RouteNetlink", "Nftables", "KernelObjects", "IPAddressing", "LinuxSystem"]),
        tests(
            "DriftTests",
            [
                "Drift", "KernelObjects", "LabPlan", "LabFile", "CloudModel", "Nftables", "Netlink", "IPAddressing",
            ]),
        tests("LabServicesTests", ["LabServices", "IPAddressing", "LinuxSystem"]),
        tests(
            "ChecksTests",
            ["Checks", "CloudModel", "IPAddressing", "LabFile", "LabPlan", "LabRunner", "Nftables", "Probes"]),

        // Root tests: real namespaces, nothing left behind.
        tests(
            "KernelRootTests",
            [
                "RouteNetlink", "Nftables", "Netlink", "KernelObjects", "Namespaces", "LinuxSystem", "IPAddressing",
                "LabPlan", "LabFile", "LabRunner", "CloudModel", "CNetlabShims",
            ]),
        tests("ProbesRootTests", ["Probes", "Namespaces", "LinuxSystem", "IPAddressing"]),
        tests("FaultRootTests", ["NetlabTesting", "LinuxSystem"]),
        tests(
            "LabRootTests",
            [
                "NetlabTesting", "LabRunner", "LabServices", "Checks", "LabPlan", "CloudModel", "KernelObjects",
                "LinuxSystem", "IPAddressing", "Namespaces", "Nftables", "Probes",
            ]),
    ]
)

import CloudModel
import KernelObjects

/// The plan as a bash script of plain `ip`, `sysctl` and `nft`: the same network, built by hand.
///
/// It teaches, and it keeps the plan honest: a test runs it and compares what the kernel then holds with what `up`
/// built. The servers inside the lab are not part of it.
public struct ShellScript: Sendable {
    private let plan: LabPlan

    public init(_ plan: LabPlan) { self.plan = plan }

    /// The whole file, ready to run as root.
    public var text: String {
        var page = ShellPage()
        addTitle(to: &page)
        addNames(to: &page)
        addNamespaces(to: &page)
        addWires(to: &page)
        if plan.nodes.contains(where: { $0.nft?.usesTTL ?? false }) { page.add(Self.timeToLive) }
        var said: Set<String> = []
        for node in plan.nodes {
            let part = ShellNode(node, after: said)
            part.add(to: &page)
            said.formUnion(part.lessons)
        }
        addFarewell(to: &page)
        return page.text
    }

    private func addFarewell(to page: inout ShellPage) {
        page.space()
        page.add("echo \"$LAB is up. LAB=$LAB $0 down takes it away again.\"")
        guard let inside = plan.nodes.first(where: { $0.role.isGuest }),
            let outside = plan.nodes.first(where: { $0.role == .internetHost })?.address
        else { return }
        page.add("echo \"Try: ip netns exec $LAB.\(inside.name) ping -c 1 \(outside)\"")
    }

    /// How the script calls a node's namespace.
    static func namespace(_ node: String) -> String { "\"$LAB.\(node)\"" }

    private func addTitle(to page: inout ShellPage) {
        let lab = plan.lab
        page.add("#!/usr/bin/env bash")
        page.comment(lab.title.isEmpty ? lab.name : "\(lab.name): \(Self.printable(lab.title))")
        page.add("#")
        page.comment(
            "The network that `netlab up \(lab.name)` builds over netlink, built by hand: the same namespaces, wires, "
                + "addresses, routes and rules. The servers of the lab are not part of it.")
        page.add("#")
        page.add([
            "#   sudo ./this-script                build it",
            "#   sudo ./this-script down           take it away again",
            "#   sudo LAB=mine ./this-script       build it under another name",
            "#",
        ])
        page.comment(
            "Needs iproute2, procps and nftables (1.0.6 or later). Nothing outside the namespaces is changed.")
        page.add([
            "set -euo pipefail", "", "LAB=${LAB:-\(lab.name)}", "",
        ])
    }

    private func addNames(to page: inout ShellPage) {
        page.comment("Every box of the AWS diagram is a network namespace.")
        page.add("nodes=(")
        let width = plan.nodes.map(\.name.count).max() ?? 0
        for node in plan.nodes {
            let padding = String(repeating: " ", count: width - node.name.count)
            // Quoted: `done` and `if` are good names for an instance.
            page.add("    \"\(node.name)\"\(padding)  # \(node.role.rawValue)")
        }
        page.add(Self.arguments)
    }

    private static let arguments = [
        ")",
        "",
        "case ${1:-up} in",
        "up) ;;",
        "down)",
        "    # With the namespace go its interfaces, routes and rules.",
        "    for node in \"${nodes[@]}\"; do",
        "        if [[ -e /run/netns/$LAB.$node ]]; then ip netns delete \"$LAB.$node\"; fi",
        "    done",
        "    exit 0",
        "    ;;",
        "*)",
        "    echo \"usage: [LAB=name] $0 [up|down]\" >&2",
        "    exit 2",
        "    ;;",
        "esac",
        "",
        "for node in \"${nodes[@]}\"; do",
        "    if [[ -e /run/netns/$LAB.$node ]]; then",
        "        echo \"$LAB.$node exists already; first: LAB=$LAB $0 down\" >&2",
        "        exit 1",
        "    fi",
        "done",
    ]

    private func addNamespaces(to page: inout ShellPage) {
        page.heading("namespaces and their settings")
        page.comment(
            "Settings come before interfaces: those under `default` are what every interface made later starts with.")
        page.space()
        for node in plan.nodes {
            page.add("ip netns add \(Self.namespace(node.name))")
        }
        var explained: Set<String> = []
        for node in plan.nodes where !node.sysctls.isEmpty {
            page.space()
            page.comment("\(node.role == .internet ? node.role.rawValue : node.subject):")
            for setting in node.sysctls {
                if let why = ShellLesson.setting(setting.key), explained.insert(why).inserted { page.comment(why) }
                page.add("ip netns exec \(Self.namespace(node.name)) sysctl -q -w \(setting.key)=\(setting.value)")
            }
        }
    }

    private func addWires(to page: inout ShellPage) {
        page.heading("wires")
        page.comment(
            "One veth pair for each network interface, both ends in place at once. No bridge: two instances of one "
                + "subnet have no Ethernet in common either, their packets pass the router and the security groups, as "
                + "in AWS. Inside a VPC frames are jumbo (9001), beyond its gateway 1500. The numbers (index) and "
                + "addresses are fixed, so that every build is the same; one queue is enough for a lab.")
        for veth in plan.veths {
            page.space()
            page.add("ip -n \(Self.namespace(veth.near.node)) link add \(Self.end(veth.near, mtu: veth.mtu)) \\")
            page.add("    type veth peer \(Self.end(veth.far, mtu: veth.mtu)) \\")
            page.add("    netns \(Self.namespace(veth.far.node))")
            page.add("ip -n \(Self.namespace(veth.near.node)) link set dev \(veth.near.name) up")
        }
    }

    private static func end(_ end: Veth.End, mtu: Int) -> String {
        "name \(end.name) index \(end.index) address \(end.mac) mtu \(mtu) numtxqueues 1 numrxqueues 1"
    }

    /// One rule per value, from the top down: a packet that was put up does not meet a rule for its new value.
    private static let timeToLive = [
        "",
        "# The routers and gateways of AWS do not show in a traceroute. Linux takes one from the time to live of",
        "# what it forwards, so these nodes add one first. netlab itself sends one rule with a map of one-byte keys,",
        "# `ip ttl set ip ttl map @ttl_plus_one`, which nft 1.0.6 cannot write down; a rule for each value does the",
        "# same. From the top down: what was put up meets no further rule.",
        "ttl_plus_one() {",
        "    echo 'add table ip netlab'",
        "    echo 'add chain ip netlab ttl_plus_one'",
        "    for ((ttl = 254; ttl >= 1; ttl--)); do",
        "        echo \"add rule ip netlab ttl_plus_one ip ttl $ttl ip ttl set $((ttl + 1)) return\"",
        "    done",
        "}",
    ]

    /// Free text as one harmless line.
    private static func printable(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line += " "
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}

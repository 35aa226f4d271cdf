import KernelObjects

/// The part of the script that furnishes one namespace.
struct ShellNode {
    private let node: NodePlan
    private let namespace: String
    private let ip: String

    init(_ node: NodePlan) {
        self.node = node
        namespace = ShellScript.namespace(node.name)
        ip = "ip -n \(namespace)"
    }

    func add(to page: inout ShellPage) {
        page.heading(node.subject)
        page.comment(ShellLesson.role(node.role))
        page.space()
        page.add("\(ip) link set dev lo up")
        for device in node.devices { page.add("\(ip) link set dev \(device.name) up") }
        addProxies(to: &page)
        add(node.addresses.map(address), because: ShellLesson.addresses(node.role), to: &page)
        add(node.neighbors.map { "neighbor add \($0.text)" }, because: ShellLesson.neighbors(node.role), to: &page)
        addRoutes(to: &page)
        add(node.rules.map { "rule add \($0.text)" }, because: ShellLesson.rules(node.role), to: &page)
        if let table = node.nft { add(table, to: &page) }
    }

    private func add(_ commands: [String], because why: String, to page: inout ShellPage) {
        guard !commands.isEmpty else { return }
        page.space()
        page.comment(why)
        for command in commands { page.add("\(ip) \(command)") }
    }

    private func address(_ entry: InterfaceAddress) -> String {
        "address add \(entry.address)/\(entry.prefixLength) dev \(entry.device.name)"
    }

    private func addProxies(to page: inout ShellPage) {
        guard !node.proxyARP.isEmpty else { return }
        page.space()
        page.comment(ShellLesson.proxies)
        for device in node.proxyARP {
            page.add("ip netns exec \(namespace) sysctl -q -w net.ipv4.neigh.\(device.name).proxy_delay=0")
        }
    }

    /// Table by table, each with its owner; `main` first.
    private func addRoutes(to page: inout ShellPage) {
        var owner = ""
        var table: UInt32?
        for route in node.routes {
            if route.table != table {
                page.space()
                page.comment(ShellLesson.routes(node.role, table: route.table, owner: route.owner))
                table = route.table
                owner = route.owner
            }
            // The subject of a route is said once, when it is not the node itself and the table has not said it.
            let said = route.owner == owner || route.owner == node.subject ? "" : "  # \(route.owner)"
            page.add("\(ip) route add \(route.text) proto static\(said)")
        }
    }

    private func add(_ table: NftTable, to page: inout ShellPage) {
        page.space()
        if table.usesTTL { page.add("ttl_plus_one | ip netns exec \(namespace) nft -f -") }
        page.document("ip netns exec \(namespace) nft -f -", ShellRuleset(table, role: node.role).lines)
    }
}

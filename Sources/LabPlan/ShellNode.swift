import KernelObjects

/// The part of the script that furnishes one namespace.
struct ShellNode {
    private let node: NodePlan
    private let namespace: String
    private let ip: String
    /// What the nodes before this one explained; once is enough.
    private let said: Set<String>

    init(_ node: NodePlan, after said: Set<String>) {
        self.node = node
        self.said = said
        namespace = ShellScript.namespace(node.name)
        ip = "ip -n \(namespace)"
    }

    func add(to page: inout ShellPage) {
        page.heading(node.role == .internet ? node.role.rawValue : node.subject)
        explain(ShellLesson.role(node.role), to: &page)
        page.add("\(ip) link set dev lo up")
        for device in node.devices { page.add("\(ip) link set dev \(device.name) up") }
        addProxies(to: &page)
        add(node.addresses.map(address), because: ShellLesson.addresses(node.role), to: &page)
        add(node.neighbors.map { "neighbor add \($0.text)" }, because: ShellLesson.neighbors(node.role), to: &page)
        addRoutes(to: &page)
        add(node.rules.map { "rule add \($0.text)" }, because: ShellLesson.rules(node.role), to: &page)
        if let table = node.nft { add(table, to: &page) }
    }

    /// A reason opens a paragraph of its own.
    private func explain(_ why: String, to page: inout ShellPage) {
        guard !why.isEmpty, !said.contains(why) else { return }
        page.space()
        page.comment(why)
    }

    private func add(_ commands: [String], because why: String, to page: inout ShellPage) {
        guard !commands.isEmpty else { return }
        explain(why, to: &page)
        for command in commands { page.add("\(ip) \(command)") }
    }

    private func address(_ entry: InterfaceAddress) -> String {
        "address add \(entry.address)/\(entry.prefixLength) dev \(entry.device.name)"
    }

    private func addProxies(to page: inout ShellPage) {
        guard !node.proxyARP.isEmpty else { return }
        explain(ShellLesson.proxies, to: &page)
        for device in node.proxyARP {
            // The name of a second interface has a dot in it, which sysctl would take for a slash.
            let separator = device.name.contains(".") ? "/" : "."
            let key = ["net", "ipv4", "neigh", device.name, "proxy_delay"].joined(separator: separator)
            page.add("ip netns exec \(namespace) sysctl -q -w \(key)=0")
        }
    }

    /// In the plan's order, which goes table by table; `main` first.
    private func addRoutes(to page: inout ShellPage) {
        var lesson = ""
        var table: UInt32?
        var isThrowExplained = said.contains(ShellLesson.throwing)
        for route in node.routes {
            if route.table != table {
                lesson = ShellLesson.routes(node.role, table: route.table, owner: route.owner)
                if route.kind == .throw, !isThrowExplained {
                    lesson += " " + ShellLesson.throwing
                    isThrowExplained = true
                }
                explain(lesson, to: &page)
                table = route.table
            }
            let isSaid = route.owner == node.subject || lesson.contains(route.owner)
            page.add("\(ip) route add \(route.text) proto static\(isSaid ? "" : "  # \(route.owner)")")
        }
    }

    /// What this node explains, for the ones after it.
    var lessons: Set<String> {
        var lessons: Set = [ShellLesson.role(node.role), ShellLesson.rules(node.role)]
        lessons.formUnion([ShellLesson.addresses(node.role), ShellLesson.neighbors(node.role), ShellLesson.throwing])
        if !node.proxyARP.isEmpty { lessons.insert(ShellLesson.proxies) }
        return lessons
    }

    private func add(_ table: NftTable, to page: inout ShellPage) {
        page.space()
        if table.usesTTL { page.add("ttl_plus_one | ip netns exec \(namespace) nft -f -") }
        page.document("ip netns exec \(namespace) nft -f -", ShellRuleset(table, role: node.role).lines)
    }
}

import CloudModel
import IPAddressing

/// The `load-balancers` section.
enum LoadBalancersReader {
    static let keys = ["type", "scheme", "subnets", "security-groups", "cross-zone", "waf", "listeners"]
    private static let hint =
        "for example `web: { type: application, subnets: [public-a, public-b], security-groups: [web], "
        + "listeners: [{ http: 80, forward: app }] }`"

    /// A load balancer whose nodes may still have to find their addresses.
    struct Draft {
        let balancer: LoadBalancer
        let nodes: [(place: InterfacePlace, publicAddress: IPv4Address?)]

        var places: [InterfacePlace] { nodes.map(\.place) }

        /// Nodes are called `<balancer>-<zone>`.
        func placed(in vpc: VPC, _ free: inout FreeAddresses, source: Source) -> LoadBalancer? {
            var result = balancer
            for node in nodes {
                guard let address = free.address(for: node.place, source: source) else { return nil }
                let zone = vpc.subnet(node.place.subnet)?.zone ?? "\(result.nodes.count)"
                result.nodes.append(
                    LoadBalancerNode(
                        name: "\(balancer.name)-\(zone)", zone: zone,
                        interface: NetworkInterface(
                            subnet: node.place.subnet, privateAddress: address, publicAddress: node.publicAddress,
                            securityGroups: balancer.securityGroups,
                            sourceDestinationCheck: balancer.kind == .application)))
            }
            return result
        }
    }

    static func read(_ field: Field?) -> [Draft] {
        (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the load balancer `\(ObjectName.shown(entry.name))`", at: entry.origin, keys: keys, hint: hint)
            else { return nil }
            let kind = table.need("type", example: "application")?.word(["application", "network"])
            let scheme = table["scheme"]?.word(["internet-facing", "internal"]) ?? "internet-facing"
            let listeners = table.need("listeners", example: "[{ http: 80, forward: app }]")?.items() ?? []
            let nodes = nodes(table, entry)
            guard let kind = kind.flatMap(LoadBalancer.Kind.init), let scheme = LoadBalancer.Scheme(rawValue: scheme)
            else { return nil }
            if kind == .application, let field = table["cross-zone"], field.boolean() == false {
                field.error("an application load balancer always uses the targets of all zones", hint: "remove it")
            }
            if kind == .network, let field = table["waf"], field.boolean() == true {
                field.error("a network load balancer has no web application firewall", hint: "use `type: application`")
            }
            return Draft(
                balancer: LoadBalancer(
                    name: entry.name, kind: kind, scheme: scheme,
                    securityGroups: table["security-groups"]?.items().compactMap { $0.text("web") } ?? [],
                    isCrossZone: kind == .application || table["cross-zone"]?.boolean() ?? false,
                    listeners: listeners.compactMap { ListenerReader(kind: kind).read($0) },
                    hasWAF: table["waf"]?.boolean() ?? false, origin: entry.origin),
                nodes: nodes)
        }
    }

    /// `[public-a, public-b]`, or with Elastic IPs `{ public-a: 203.0.113.31 }`, or with both addresses
    /// `{ public-a: { address: 10.0.0.20, elastic-ip: 203.0.113.31 } }`.
    private static func nodes(
        _ table: Table, _ entry: Entry
    ) -> [(place: InterfacePlace, publicAddress: IPv4Address?)] {
        guard let field = table.need("subnets", example: "[public-a, public-b]") else { return [] }
        func place(_ subnet: String, _ address: IPv4Address?) -> InterfacePlace {
            InterfacePlace(name: entry.name, subnet: subnet, address: address, origin: entry.origin)
        }
        guard field.isMapping else {
            return field.items().compactMap { $0.text("public-a") }.map { (place($0, nil), nil) }
        }
        let hint = "for example `{ public-a: 203.0.113.31 }`"
        return field.entries(hint: hint).compactMap { node in
            if node.field.isNull { return (place(node.name, nil), nil) }
            guard node.field.isMapping else {
                return (place(node.name, nil), node.field.address("203.0.113.31"))
            }
            let keys = ["address", "elastic-ip"]
            guard let table = node.field.table(of: "a node of a load balancer", keys: keys, hint: hint) else {
                return nil
            }
            return (
                place(node.name, table["address"]?.address("10.0.0.20")),
                table["elastic-ip"]?.address("203.0.113.31")
            )
        }
    }
}

/// One listener: `{ https: 443, forward: app }`, `{ http: 80, redirect: https }`, `{ http: 81, respond: 404 }`.
private struct ListenerReader {
    let kind: LoadBalancer.Kind

    private var protocols: [String] { kind == .application ? ["http", "https"] : ["tcp", "udp"] }
    private var hint: String { "for example `{ \(protocols[0]): 80, forward: app }`" }

    func read(_ field: Field) -> LoadBalancerListener? {
        let keys = protocols + (kind == .application ? ["forward", "redirect", "respond"] : ["forward"])
        guard
            let table = field.table(
                of: "a listener of \(kind == .application ? "an application" : "a network") load balancer", keys: keys,
                hint: hint)
        else { return nil }
        let present = protocols.filter { table[$0] != nil }
        guard present.count == 1, let key = present.first else {
            table.error("this listener needs one protocol with its port", hint: hint)
            return nil
        }
        guard let port = table[key]?.port(), let action = action(table),
            let transport = LoadBalancerListener.TransportProtocol(rawValue: key.uppercased())
        else { return nil }
        return LoadBalancerListener(transport: transport, port: port, action: action, origin: field.origin)
    }

    private func action(_ table: Table) -> LoadBalancerListener.Action? {
        let present = ["forward", "redirect", "respond"].filter { table[$0] != nil }
        guard present.count == 1 else {
            table.error("this listener needs one action", hint: hint)
            return nil
        }
        if let group = table["forward"]?.text("app") { return .forward(targetGroup: group) }
        if table["redirect"]?.word(["https"]) != nil { return .redirectToHTTPS(port: 443) }
        return table["respond"]?.integer(200...599).map { .fixedResponse(status: $0) }
    }
}

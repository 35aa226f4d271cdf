import CloudModel
import IPAddressing

/// The `nat-gateways` section.
enum NATGatewaysReader {
    static let keys = ["subnet", "elastic-ip", "address", "connectivity", "misplaced", "idle-timeout"]
    /// What people write who want to let the Internet in by a NAT gateway.
    static let portForwards = [
        "port-forward", "port-forwards", "port-forwarding", "forward", "forwards", "dnat", "inbound", "listens",
        "listeners", "targets",
    ]

    /// A NAT gateway whose address may still have to be found.
    struct Draft {
        let gateway: NATGateway
        let place: InterfacePlace
    }

    static func read(_ field: Field?) -> [Draft] {
        let hint = "for example `nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }`"
        return (field?.nouns(hint) ?? []).compactMap { entry in
            guard
                let table = entry.field.table(
                    of: "the NAT gateway `\(ObjectName.shown(entry.name))`", at: entry.origin,
                    keys: keys + portForwards,
                    hint: hint)
            else { return nil }
            refusePortForwards(table, of: entry.name)
            let isPrivate = table["connectivity"]?.word(["public", "private"]) == "private"
            let elasticIP = table["elastic-ip"]?.address("203.0.113.11")
            if isPrivate, let field = table["elastic-ip"] {
                field.error("a private NAT gateway has no Elastic IP", hint: "remove it, or `connectivity: private`")
            } else if !isPrivate, table["elastic-ip"] == nil {
                table.error(
                    "the NAT gateway `\(ObjectName.shown(entry.name))` needs `elastic-ip`",
                    hint: "for example `elastic-ip: 203.0.113.11`, or `connectivity: private`")
            }
            let misplaced = table["misplaced"]?.word(["on-purpose"]) != nil
            let timeout = table["idle-timeout"]?.seconds(1...NATGateway.idleTimeout)
            let address = table["address"]?.address("10.0.0.5")
            guard let subnet = table.need("subnet", example: "public-a")?.text("public-a") else { return nil }
            let place = InterfacePlace(name: entry.name, subnet: subnet, address: address, origin: entry.origin)
            let gateway = NATGateway(
                name: entry.name, subnet: subnet, privateAddress: IPv4Address(number: 0), elasticIP: elasticIP,
                isMisplacedOnPurpose: misplaced, idleTimeout: timeout ?? NATGateway.idleTimeout, origin: entry.origin)
            return Draft(gateway: gateway, place: place)
        }
    }
    /// [vpc-nat-gateway]: port forwarding is not supported.
    private static func refusePortForwards(_ table: Table, of name: String) {
        for key in table.present where portForwards.contains(key) {
            table.source.error(
                table.origin(of: key),
                "the NAT gateway `\(ObjectName.shown(name))` cannot have `\(key)`: a NAT gateway does not support port "
                    + "forwarding; it carries flows that begin inside the VPC, and drops what the Internet sends to its "
                    + "Elastic IP",
                hint: "let the Internet in by a listener of a network load balancer: "
                    + "`load-balancers: { front: { type: network, subnets: { public-a: 203.0.113.41 }, "
                    + "listeners: [{ tcp: 80, forward: GROUP }] } }`")
        }
    }
}

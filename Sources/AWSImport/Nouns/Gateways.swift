import CloudModel
import IPAddressing

extension CloudBuilder {
    /// The Internet gateway, the egress-only ones and the virtual private gateway of a VPC.
    func attachGateways(to vpc: inout VPC, id: String) {
        for record in inventory[.internetGateways] where isAttached(record, "Attachments", to: id) {
            guard let name = record.text("InternetGatewayId").flatMap(AWSName.of) else {
                record.error("the Internet gateway's id is no id of AWS")
                continue
            }
            if let first = vpc.internetGateway {
                record.error("`\(vpc.name)` has two Internet gateways, `\(first.name)` and `\(name)`")
            } else {
                vpc.internetGateway = InternetGateway(name: name, origin: record.origin)
            }
        }
        if vpc.internetGateway == nil { vpc.internetGateway = impliedInternetGateway(of: id) }
        for record in inventory[.egressOnlyInternetGateways] where isAttached(record, "Attachments", to: id) {
            guard let name = record.text("EgressOnlyInternetGatewayId").flatMap(AWSName.of) else { continue }
            record.lost(
                "`\(name)` is an egress-only Internet gateway", "it carries IPv6 only, and the lab is IPv4 only")
            vpc.egressOnlyInternetGateways.append(name)
        }
        for record in inventory[.vpnGateways] where isAttached(record, "VpcAttachments", to: id) {
            guard isThere(record, "virtual private gateway", "VpnGatewayId"),
                let name = record.text("VpnGatewayId").flatMap(AWSName.of)
            else { continue }
            let described = record.text("VpnGatewayId") ?? ""
            if let first = vpc.virtualPrivateGateway {
                record.error("`\(vpc.name)` has two virtual private gateways, `\(first.name)` and `\(name)`")
                continue
            }
            vpc.virtualPrivateGateway = VirtualPrivateGateway(
                name: name, prefixes: onPremises(behind: described), learnsRoutes: learnsRoutes(described),
                origin: record.origin)
            record.lost(
                "`\(name)` leads to what is on premises", "its packets leave the lab there; nothing answers behind it")
        }
    }

    /// A gateway that no file describes: a route to it that works says that it is attached.
    private func impliedInternetGateway(of vpc: String) -> InternetGateway? {
        for route in inventory[.routeTables].filter({ $0.text("VpcId") == vpc }).flatMap({ $0.records("Routes") }) {
            guard let id = route.text("GatewayId"), id.hasPrefix("igw-"), route.text("State") == "active",
                inventory.find(.internetGateways, id) == nil, let name = AWSName.of(id)
            else { continue }
            route.lost(
                "the Internet gateway `\(name)` is not described",
                "it is taken as attached to `\(vpc)`, because this route is active")
            return InternetGateway(name: name, origin: route.origin)
        }
        return nil
    }

    private func isAttached(_ record: Record, _ key: String, to vpc: String) -> Bool {
        record.records(key).contains { attachment in
            guard attachment.text("VpcId") == vpc else { return false }
            let state = attachment.text("State") ?? "attached"
            if ["available", "attached", "attaching"].contains(state) { return true }
            if state != "detached" {
                attachment.lost(
                    "a gateway is \(ObjectName.shown(state)) from `\(ObjectName.shown(vpc))`", "it is not in the lab")
            }
            return false
        }
    }

    /// The blocks that the VPN connections of a gateway (virtual private or transit) route by hand.
    func onPremises(behind gateway: String) -> [CIDRBlock] {
        var blocks: [CIDRBlock] = []
        for record in inventory[.vpnConnections] where isAlive(record) {
            guard record.text("VpnGatewayId") == gateway || record.text("VpnConnectionId") == gateway else { continue }
            for route in record.records("Routes") where route.text("State") != "deleted" {
                if let block = route.block("DestinationCidrBlock"), !blocks.contains(block) { blocks.append(block) }
            }
        }
        return blocks
    }

    /// Whether a virtual private gateway speaks BGP with anyone, or nobody says with whom it speaks.
    private func learnsRoutes(_ gateway: String) -> Bool {
        let connections = inventory[.vpnConnections].filter { isAlive($0) && $0.text("VpnGatewayId") == gateway }
        let isDirect =
            inventory[.virtualInterfaces].contains { $0.directConnectText("virtualGatewayId") == gateway }
            || inventory[.directConnectGatewayAssociations].contains {
                let associated = $0.record("associatedGateway") ?? $0.record("AssociatedGateway")
                return ($0.directConnectText("virtualGatewayId") ?? associated?.directConnectText("id")) == gateway
            }
        return isDirect || !inventory.describes(.vpnConnections)
            || connections.contains {
                !($0.record("Options")?.flag("StaticRoutesOnly") ?? !$0.records("Routes").isEmpty)
            }
    }

    /// What the VPC's tables say is behind its gateway: what BGP propagated stands nowhere else.
    func gatherPrefixes(into vpc: inout VPC) {
        guard let gateway = vpc.virtualPrivateGateway else { return }
        var prefixes = gateway.prefixes
        for route in vpc.routeTables.flatMap(\.routes) where route.target == .virtualPrivateGateway(gateway.name) {
            guard route.isPropagated, !prefixes.contains(route.destination) else { continue }
            prefixes.append(route.destination)
            vpc.virtualPrivateGateway?.learnsRoutes = true
        }
        vpc.virtualPrivateGateway?.prefixes = prefixes.sorted()
    }
}

extension Record {
    /// The Direct Connect commands print keys that begin with a small letter; who stores what they print may not.
    fileprivate func directConnectText(_ key: String) -> String? {
        text(key) ?? text(key.prefix(1).uppercased() + key.dropFirst())
    }
}

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
            if let first = vpc.virtualPrivateGateway {
                record.error("`\(vpc.name)` has two virtual private gateways, `\(first.name)` and `\(name)`")
                continue
            }
            vpc.virtualPrivateGateway = VirtualPrivateGateway(
                name: name, prefixes: onPremises(behind: record.text("VpnGatewayId") ?? ""), origin: record.origin)
            record.lost(
                "`\(name)` leads to what is on premises", "its packets leave the lab there; nothing answers behind it")
        }
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

    /// What the VPC's tables say is behind its gateway: what BGP propagated stands nowhere else.
    func gatherPrefixes(into vpc: inout VPC) {
        guard let gateway = vpc.virtualPrivateGateway else { return }
        var prefixes = gateway.prefixes
        for route in vpc.routeTables.flatMap(\.routes) where route.target == .virtualPrivateGateway(gateway.name) {
            if route.isPropagated, !prefixes.contains(route.destination) { prefixes.append(route.destination) }
        }
        vpc.virtualPrivateGateway?.prefixes = prefixes.sorted()
    }
}

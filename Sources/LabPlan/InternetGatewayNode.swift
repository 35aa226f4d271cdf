import CloudModel
import IPAddressing
import KernelObjects

/// The Internet gateway: one-to-one translation without any memory.
///
/// No connection tracking: what has a public address passes both ways, what has none is dropped [VPC Internet gateway].
enum InternetGatewayNode {
    private static let inside = "vpc"
    private static let outside = "internet"

    /// `nil` when the VPC has no Internet gateway.
    static func plan(_ vpc: VPC, core: inout InternetCore, builder: inout PlanBuilder) -> NodePlan? {
        guard let gateway = vpc.internetGateway else { return nil }
        var node = NodePlan(gateway.name, .internetGateway)
        node.sysctls = Sysctl.forwarding
        let number = vpc.cidrBlocks.first?.base.number ?? 0
        let outsideMAC = MACAddress(realm: MACRealm.gatewayOutside, host: number)
        let up = builder.connect(
            (InternetCore.name, gateway.name, MACAddress(realm: MACRealm.internetDownlink, host: number)),
            (gateway.name, outside, outsideMAC), mtu: PlanBuilder.internetMTU)
        let down = builder.connect(
            (vpc.name, gateway.name, MACAddress(realm: MACRealm.routerUplink, host: number)),
            (gateway.name, inside, MACAddress(realm: MACRealm.gatewayInside, host: number)),
            mtu: PlanBuilder.internetMTU)
        node.devices = [up.far, down.far]
        node.neighbors = [
            Neighbor(
                TransitAddress.internet, mac: MACAddress(realm: MACRealm.internetDownlink, host: number),
                device: up.far),
            Neighbor(
                TransitAddress.router, mac: MACAddress(realm: MACRealm.routerUplink, host: number), device: down.far),
        ]
        node.routes = [
            KernelRoute(.everywhere, via: TransitAddress.internet, device: up.far, owner: node.subject)
        ]
        node.routes += vpc.cidrBlocks.map {
            KernelRoute($0, via: TransitAddress.router, device: down.far, owner: "VPC \(vpc.name)")
        }
        let associations = vpc.publicAssociations
        node.nft = ruleset(associations, named: gateway.name)
        core.attach(
            InternetCore.Uplink(
                gateway: gateway.name, device: up.near, mac: outsideMAC, cidrBlocks: vpc.cidrBlocks,
                publicAddresses: associations.map(\.publicAddress)))
        return node
    }

    private static func ruleset(_ associations: [PublicAssociation], named name: String) -> NftTable {
        let outbound = NftSet(
            "private_to_public", key: [.address], data: .value(.address),
            elements: associations.map {
                NftSet.Element([.address($0.privateAddress)], .value(.address($0.publicAddress)))
            })
        let inbound = NftSet(
            "public_to_private", key: [.address], data: .value(.address),
            elements: associations.map {
                NftSet.Element([.address($0.publicAddress)], .value(.address($0.privateAddress)))
            })
        let own = NftSet(
            "own_public", key: [.address], elements: associations.map { .init([.address($0.publicAddress)]) })
        let prerouting = NftChain(
            "prerouting", base: .init(.filter, .prerouting, priority: -300, policy: .drop),
            rules: [
                NftRule([.notrack]),
                NftRule([.translateTTL(map: NftSet.ttlPlusOne.name)]),
                NftRule([.interface(.inputInterface, inside), .verdict(.goto("outbound"))]),
                NftRule([.interface(.inputInterface, outside), .verdict(.goto("inbound"))]),
            ])
        let outboundChain = NftChain(
            "outbound",
            rules: [
                .drop([.inSet([.destination], NftSet.privateRanges.name)], owner: "\(name): private destination"),
                NftRule([
                    .inSet([.icmpType], NftSet.icmpErrors.name), .translateEmbedded(.destination, map: outbound.name),
                ]),
                NftRule([.translate(.source, map: outbound.name), .verdict(.goto("reflect"))]),
                .drop(owner: "\(name): no public address"),
            ])
        // An instance that speaks to a public address of its own VPC comes straight back in, as the sender's Elastic
        // IP; everything else goes out.
        let reflect = NftChain(
            "reflect",
            rules: [
                NftRule([.translate(.destination, map: inbound.name)]), NftRule([.verdict(.accept)]),
            ])
        let inboundChain = NftChain(
            "inbound",
            rules: [
                .drop([.inSet([.source], NftSet.privateRanges.name)], owner: "\(name): private source"),
                .drop([.inSet([.destination], NftSet.privateRanges.name)], owner: "\(name): private destination"),
                // What turns round in the gateway does not come in by this side.
                .drop([.inSet([.source], own.name)], owner: "\(name): spoofed source"),
                NftRule([.inSet([.icmpType], NftSet.icmpErrors.name), .translateEmbedded(.source, map: inbound.name)]),
                NftRule([.translate(.destination, map: inbound.name), .verdict(.accept)]),
                .drop(owner: "\(name): not a public address of this VPC"),
            ])
        // The gateway is nobody one can talk to.
        let input = NftChain(
            "input", base: .init(.filter, .input, priority: 0, policy: .drop),
            rules: [.drop(owner: "\(name): not a host")])
        return NftTable(
            sets: [outbound, inbound, own, .privateRanges, .icmpErrors, .ttlPlusOne],
            chains: [prerouting, outboundChain, reflect, inboundChain, input])
    }
}

/// A public address and the private one it stands for.
struct PublicAssociation {
    let privateAddress: IPv4Address
    let publicAddress: IPv4Address
}

extension VPC {
    /// Elastic IPs of NAT gateways, then public addresses of instances.
    var publicAssociations: [PublicAssociation] {
        natGateways.compactMap { gateway in
            gateway.elasticIP.map { PublicAssociation(privateAddress: gateway.privateAddress, publicAddress: $0) }
        }
            + instances.flatMap(\.interfaces).flatMap(\.associations).compactMap { pair in
                pair.publicAddress.map { PublicAssociation(privateAddress: pair.privateAddress, publicAddress: $0) }
            }
            + loadBalancers.flatMap(\.nodes).map(\.interface).compactMap { interface in
                interface.publicAddress.map {
                    PublicAssociation(privateAddress: interface.privateAddress, publicAddress: $0)
                }
            }
    }
}

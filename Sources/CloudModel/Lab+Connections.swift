public import IPAddressing

// Which VPCs can speak to each other, and by what.
extension Lab {
    public func vpc(_ name: String) -> VPC? { vpcs.first { $0.name == name } }
    public func peering(_ name: String) -> VPCPeering? { peerings.first { $0.name == name } }
    public func transitGateway(_ name: String) -> TransitGateway? { transitGateways.first { $0.name == name } }
    public func prefixList(_ name: String) -> PrefixList? { prefixLists.first { $0.name == name } }

    /// The peering connections of a VPC, each with the VPC at its other end.
    public func peerings(of vpc: VPC) -> [(peering: VPCPeering, peer: VPC)] {
        peerings.compactMap { peering in
            guard let name = peering.peer(of: vpc.name), let peer = self.vpc(name) else { return nil }
            return (peering, peer)
        }
    }

    /// The transit gateways that a VPC is attached to, each with the attachment.
    public func attachments(of vpc: VPC) -> [(gateway: TransitGateway, attachment: TransitGatewayAttachment)] {
        transitGateways.compactMap { gateway in
            gateway.attachment(ofVPC: vpc.name).map { (gateway, $0) }
        }
    }

    /// Whether some private way leads from one VPC to the other: a peering, or transit gateways in a row. Routes,
    /// groups and lists may still forbid it.
    public func isConnected(_ vpc: VPC, to other: VPC) -> Bool {
        if vpc.name == other.name || peerings.contains(where: { $0.peer(of: vpc.name) == other.name }) { return true }
        var reached = Set(attachments(of: vpc).map(\.gateway.name))
        var pending = Array(reached)
        while let name = pending.popLast() {
            for attachment in transitGateway(name)?.attachments ?? [] {
                if case .peering(let next) = attachment.resource, reached.insert(next).inserted { pending.append(next) }
            }
        }
        return attachments(of: other).contains { reached.contains($0.gateway.name) }
    }
}

extension TransitGatewayAttachment {
    /// The VPC it is tied to; `nil` for a peering or what lies outside.
    public var vpc: String? {
        if case .vpc(let name, _) = resource { name } else { nil }
    }

    /// The subnets that hold its interfaces, one a zone.
    public var subnets: [String] {
        if case .vpc(_, let subnets) = resource { subnets } else { [] }
    }
}

extension Lab {
    /// The routes that attachments bring to a transit gateway's table by themselves; of two to one block the first wins:
    /// a VPC's before a Direct Connect gateway's, and that before a VPN's [tgw: route evaluation order].
    public func propagatedRoutes(
        to table: TransitGatewayRouteTable, of gateway: TransitGateway
    ) -> [(block: CIDRBlock, attachment: String)] {
        let attachments = table.propagations.compactMap { gateway.attachment($0) }
        return (0...2).flatMap { rank in
            attachments.filter { $0.propagationRank == rank }.flatMap { attachment in
                let blocks = attachment.vpc.map { vpc($0)?.cidrBlocks ?? [] } ?? attachment.prefixes
                return blocks.map { ($0, attachment.name) }
            }
        }
    }
}

extension TransitGatewayAttachment {
    fileprivate var propagationRank: Int {
        switch resource {
        case .vpc, .peering: 0
        case .outside(let name): name.hasPrefix("vpn-") ? 2 : 1
        }
    }
}

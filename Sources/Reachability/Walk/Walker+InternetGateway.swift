import CloudModel
import IPAddressing

// The Internet gateway, and what lies behind it. Same order as `InternetGatewayNode`, the kernel's rules.
extension Walker {
    /// Outwards: private destinations never, senders without a public address neither; the rest is translated.
    mutating func leaveByInternetGateway(_ number: Int) -> Verdict {
        let vpc = index.vpcs[number]
        let hop = Hop(vpc.gateway, vpc: vpc.model.name, inbound: packet)
        log.visit(vpc.gateway)
        if let verdict = meetOutage(at: vpc.gateway) { return verdict }
        if packet.destination.isPrivateOrShared {
            let isShared = CIDRBlock.sharedSpace.contains(packet.destination)
            return refuse(
                isShared ? .igwDestinationNotInRFC6598Egress : .igwDestinationNotInRFC1918Egress, .deniedIn, hop,
                "\(vpc.gateway) carries nothing to the \(isShared ? "shared" : "private") address \(packet.destination)"
            )
        }
        guard let publicAddress = vpc.publicOf[packet.source] else {
            return refuse(
                .igwPublicIPAssociationForEgress, .deniedIn, hop,
                "\(packet.source) has no public address, so \(vpc.gateway) drops what it sends to the Internet")
        }
        packet.source = publicAddress
        // A public address of the same VPC: the packet turns round in the gateway, as the sender's Elastic IP.
        if let inside = vpc.privateOf[packet.destination] {
            packet.destination = inside
            log.add(hop.leaving(packet, detail: "turns round: the destination is a public address of this VPC"))
            return enterFromGateway(number)
        }
        log.add(hop.leaving(packet))
        return crossInternet(from: number)
    }

    /// A packet on the Internet.
    mutating func crossInternet(from origin: Int?) -> Verdict {
        log.visit(.internet)
        if isGoingInCircles() { return circle(at: .internet, vpc: origin ?? 0) }
        if let host = index.hosts[packet.destination] {
            let component = index.component(ofHost: host)
            log.visit(component)
            if let verdict = meetOutage(at: component) { return verdict }
            log.add(Hop(component))
            return .arrived(.internet(host))
        }
        if let owner = index.publicOwners[packet.destination] { return enterByInternetGateway(owner) }
        if packet.destination.isPrivateOrShared { return refusePrivateDestination() }
        if index.lab.internet.publicPool.contains(packet.destination) {
            if let first = index.vpcs.firstIndex(where: { $0.model.internetGateway != nil }) {
                return enterByInternetGateway(first)
            }
            return refuse(
                .igwPrivateIPAssociationForIngress, .nullRouted, Hop(.internet),
                "\(packet.destination) is a public address of no interface")
        }
        // AWS at large: what nobody in the lab holds is looked for there, and lost. What goes out to it has left the lab.
        if origin == nil, index.lab.internet.isInPool(packet.destination) {
            return refuse(
                .igwPrivateIPAssociationForIngress, .nullRouted, Hop(.internet),
                "\(packet.destination) belongs to AWS, and to no interface of this lab")
        }
        if let use = packet.destination.specialUse {
            return refuse(
                .noPossibleDestination, .nullRouted, Hop(.internet),
                "\(packet.destination) \(use), which nobody on the Internet has")
        }
        log.add(Hop(.internet))
        return .arrived(.internet(nil))
    }

    /// The Internet of a lab carries private destinations to the gateway they would belong to, which drops them.
    private func refusePrivateDestination() -> Verdict {
        let destination = packet.destination
        let owner = index.vpcs.first { $0.model.internetGateway != nil && $0.contains(destination) }
        return refuse(
            .igwExpectsPublicAddress, .nullRouted,
            owner.map { Hop($0.gateway, vpc: $0.model.name, inbound: packet) } ?? Hop(.internet),
            "\(destination) is a private address, and the Internet leads to public addresses only")
    }

    /// Inwards: private sources never, addresses of nobody neither; the rest is translated.
    mutating func enterByInternetGateway(_ number: Int) -> Verdict {
        let vpc = index.vpcs[number]
        let hop = Hop(vpc.gateway, vpc: vpc.model.name, inbound: packet)
        log.visit(vpc.gateway)
        if let verdict = meetOutage(at: vpc.gateway) { return verdict }
        if packet.source.isPrivateOrShared {
            let isShared = CIDRBlock.sharedSpace.contains(packet.source)
            return refuse(
                isShared ? .igwSourceNotInRFC6598Ingress : .igwSourceNotInRFC1918Ingress, .deniedIn, hop,
                "\(vpc.gateway) lets nothing in from the \(isShared ? "shared" : "private") address \(packet.source)")
        }
        if vpc.privateOf[packet.source] != nil {
            return refuse(
                .gatewayRejectsSpoofedTraffic, .deniedIn, hop,
                "\(packet.source) is a public address of this VPC, and cannot come in from the Internet")
        }
        guard let inside = vpc.privateOf[packet.destination] else {
            return refuse(
                .igwPrivateIPAssociationForIngress, .deniedIn, hop,
                "\(packet.destination) is a public address of no interface of VPC \(vpc.model.name)")
        }
        packet.destination = inside
        log.add(hop.leaving(packet))
        return enterFromGateway(number)
    }

    /// Through the gateway route table, if there is one, and on to the interface.
    private mutating func enterFromGateway(_ number: Int) -> Verdict {
        guard let routes = index.vpcs[number].edgeRoutes, let entry = routes.best(packet.destination) else {
            return deliver(in: number)
        }
        let hop = Hop(
            Component(.routeTable, routes.table.name, origin: routes.table.origin),
            vpc: index.vpcs[number].model.name, rule: entry.hopRule)
        switch entry.action {
        case .interface(let next):
            log.add(hop)
            log.visit(index.vpcs[number].component)
            return enter(next, byRoute: true)
        case .nowhere:
            return refuse(.badStateRoute, .nullRouted, hop, index.deadRouteSentence(entry, in: routes.table))
        default:
            log.add(hop)
            return deliver(in: number)
        }
    }
}

extension Hop {
    /// The same hop with the header that goes on from it.
    func leaving(_ header: PacketHeader, detail: String? = nil) -> Hop {
        var hop = self
        hop.outbound = header
        if let detail { hop.details.append(detail) }
        return hop
    }
}

import CloudModel
import IPAddressing

/// A flow with its names resolved.
struct Beginning {
    let start: FlowStart
    let header: PacketHeader
    let goal: Goal?
}

/// Where a flow begins, with names resolved.
enum FlowStart: Hashable {
    case interface(Int)
    case container(Int)
    case internet(IPv4Address)
    case subnet(Int, IPv4Address)
    case vpc(Int, IPv4Address)
    /// On premises, behind the virtual private gateway of a VPC.
    case virtualPrivateGateway(Int, IPv4Address)

    /// Lets the first packet go.
    func send<Log: WalkLog>(_ walker: inout Walker<Log>) -> Verdict {
        switch self {
        case .interface(let number):
            walker.sender = number
            return walker.send(from: number)
        case .container(let number):
            walker.sender = walker.index.containers[number].host
            return walker.send(fromContainer: number)
        case .internet(let address):
            let index = walker.index
            if let host = index.hosts[address] {
                walker.log.visit(index.component(ofHost: host))
                walker.log.add(Hop(index.component(ofHost: host)))
                if let verdict = walker.meetOutage(at: index.component(ofHost: host)) { return verdict }
            }
            return walker.crossInternet(from: nil)
        case .subnet(let number, _):
            let index = walker.index
            walker.log.visit(index.subnets[number].component)
            return walker.leaveSubnet(number)
        case .vpc(let number, _): return walker.deliver(in: number)
        case .virtualPrivateGateway(let number, _): return walker.enterByVirtualPrivateGateway(number)
        }
    }

    /// Nobody sent what appears at a router, so nobody waits for an answer.
    var awaitsReply: Bool {
        switch self {
        case .interface, .container, .internet, .virtualPrivateGateway: true
        case .subnet, .vpc: false
        }
    }

    func isReached(by arrival: Verdict.Arrival) -> Bool {
        switch (self, arrival) {
        case (.interface(let number), .interface(let end)): number == end
        case (.container(let number), .container(let end)): number == end
        case (.internet, .internet): true
        case (.virtualPrivateGateway(let number, _), .virtualPrivateGateway(let end)): number == end
        default: false
        }
    }

    func component(_ index: ReachabilityIndex) -> Component {
        switch self {
        case .interface(let number): index.owner(of: number)
        case .container(let number): index.containers[number].component
        case .internet(let address): index.hosts[address].map(index.component(ofHost:)) ?? .internet
        case .subnet(let number, _): index.subnets[number].component
        case .vpc(let number, _): index.vpcs[number].component
        case .virtualPrivateGateway(let number, _): index.vpcs[number].privateGateway
        }
    }
}

extension ReachabilityIndex {
    /// `nil` if the lab holds no such place.
    ///
    /// - Parameter destination: Of several who have an address, who has it in the VPC of that node is meant.
    func start(of source: Flow.Source, towards destination: Flow.Destination? = nil) -> FlowStart? {
        switch source {
        case .node(let name):
            if let number = containerNamed[name] { return .container(number) }
            if let number = interfaceOfNode[name] { return canBegin(number) ? .interface(number) : nil }
            if let host = lab.internet.host(name) { return .internet(host.address) }
            return startOnPremises(behind: name)
        case .interface(let name):
            return (interfaceNamed[name] ?? interfaceOfNode[name]).flatMap { canBegin($0) ? .interface($0) : nil }
        case .address(let address):
            if let number = holder(of: address, towards: destination) { return .interface(number) }
            return address.isPrivateOrShared || address.specialUse != nil ? nil : .internet(address)
        case .internet(let address): return .internet(address)
        case .subnetRouter(let name, let address):
            return subnets.firstIndex { $0.model.name == name }.map { .subnet($0, address) }
        case .vpcRouter(let name, let address):
            return vpcs.firstIndex { $0.model.name == name }.map { .vpc($0, address) }
        }
    }

    /// The interface that has a private address, or that the Internet knows by a public one.
    private func holder(of address: IPv4Address, towards destination: Flow.Destination?) -> Int? {
        if let vpc = publicOwners[address], let inside = vpcs[vpc].privateOf[address] {
            return vpcs[vpc].interfaces[inside]
        }
        let holders = vpcs.compactMap { $0.interfaces[address] }
        guard holders.count > 1, let destination, let near = goal(of: destination, from: .internet(address)) else {
            return holders.first
        }
        return holders.first { interfaces[$0].vpc == interfaces[near.interface].vpc } ?? holders.first
    }

    /// Somebody behind a virtual private gateway: the first address of its first block, or one of nobody.
    private func startOnPremises(behind name: String) -> FlowStart? {
        vpcs.firstIndex { $0.model.virtualPrivateGateway?.name == name }.map { number in
            let block = vpcs[number].model.virtualPrivateGateway?.prefixes.first { $0.prefixLength > 0 }
            return .virtualPrivateGateway(number, block.map { $0.base + 1 } ?? IPv4Address(192, 0, 2, 1))
        }
    }

    /// Programs that begin flows run on instances; of an endpoint one may ask, to be told that it never does.
    private func canBegin(_ number: Int) -> Bool {
        switch interfaces[number].owner {
        case .instance, .endpoint: true
        case .natGateway, .loadBalancerNode: false
        }
    }

    /// Where a flow begins and its first packet; `nil` if the lab holds no such source, or the destination is nobody's
    /// name.
    func beginning(of flow: Flow) -> Beginning? {
        guard var start = start(of: flow.source, towards: flow.destination),
            let destination = address(of: flow.destination, from: start)
        else { return nil }
        if case .node = flow.source { start = facing(destination, start, as: flow.sourceAddress) }
        let source = flow.sourceAddress ?? ownAddress(flow.source, start)
        return Beginning(
            start: start, header: header(flow.transport, from: start, source, to: destination, flow.sourcePorts),
            goal: goal(of: flow.destination, from: start))
    }

    /// The address that was asked for where an interface has several, or a public one.
    private func ownAddress(_ source: Flow.Source, _ start: FlowStart) -> IPv4Address? {
        guard case .address(let address) = source, case .interface(let number) = start else { return nil }
        let inside = vpcs[interfaces[number].vpc].privateOf[address] ?? address
        return interfaces[number].has(inside) ? inside : nil
    }

    private func goal(of destination: Flow.Destination, from start: FlowStart) -> Goal? {
        guard case .node(let name) = destination else { return nil }
        if let number = containerNamed[name] { return Goal(interface: containers[number].host, container: number) }
        return (interfaceOfNode[name] ?? interfaceNamed[name] ?? node(ofBalancer: name, from: start)).map {
            Goal(interface: $0)
        }
    }

    /// Which of its interfaces an instance sends by: the one with the address it sends as, the one in the destination's
    /// subnet, or the first. That is what the guest's routes say.
    func facing(_ destination: IPv4Address, _ start: FlowStart, as source: IPv4Address? = nil) -> FlowStart {
        guard case .interface(let number) = start, interfaces[number].siblings.count > 1 else { return start }
        if let source {
            return .interface(interfaces[number].siblings.first { interfaces[$0].has(source) } ?? number)
        }
        return .interface(wayOut(of: number, to: destination))
    }

    func header(
        _ transport: Transport, from start: FlowStart, _ chosen: IPv4Address? = nil, to destination: IPv4Address,
        _ sourcePorts: ClosedRange<UInt16>
    ) -> PacketHeader {
        let source: IPv4Address =
            switch start {
            case .interface(let number): chosen ?? interfaces[number].address
            // In mode none there is no address; the walk says so.
            case .container(let number): chosen ?? containers[number].address ?? IPv4Address(127, 0, 0, 1)
            case .internet(let address), .subnet(_, let address), .vpc(_, let address),
                .virtualPrivateGateway(_, let address):
                chosen ?? address
            }
        return PacketHeader(from: source, to: destination, transport, sourcePorts: sourcePorts)
    }

    /// From the Internet the public address, if there is one; inside the private one.
    func address(of destination: Flow.Destination, from start: FlowStart) -> IPv4Address? {
        switch destination {
        case .address(let address): return address
        case .node(let name):
            if let number = containerNamed[name] {
                guard host(of: start) == containers[number].host else {
                    return address(of: containers[number].host, from: start)
                }
                return containers[number].address
            }
            if let number = interfaceOfNode[name] ?? interfaceNamed[name] ?? node(ofBalancer: name, from: start) {
                return address(of: number, from: start)
            }
            if let host = lab.internet.host(name) { return host.address }
            return lab.internet.hosts.first { $0.dnsNames.contains(name) }?.address
        }
    }

    /// The interface of the node where a flow begins, of a container its host's.
    private func host(of start: FlowStart) -> Int? {
        switch start {
        case .interface(let number): number
        case .container(let number): containers[number].host
        case .internet, .subnet, .vpc, .virtualPrivateGateway: nil
        }
    }

    /// Private within one VPC or over a private way to another, else public if it has any such address.
    func address(of number: Int, from start: FlowStart) -> IPv4Address {
        let interface = interfaces[number]
        switch start {
        case .internet: return publicAddress(of: number) ?? interface.address
        case .interface, .container:
            guard let home = host(of: start).map({ interfaces[$0].vpc }), home != interface.vpc,
                !lab.isConnected(vpcs[home].model, to: vpcs[interface.vpc].model)
            else { return interface.address }
            return publicAddress(of: number) ?? interface.address
        case .subnet, .vpc, .virtualPrivateGateway: return interface.address
        }
    }

    /// Of the interface, of a further address of it, or of another interface of the same node.
    func publicAddress(of number: Int) -> IPv4Address? {
        let others = interfaces[number].siblings.filter { $0 != number }
        let addresses = ([number] + others).flatMap { interfaces[$0].addresses }
        let vpc = vpcs[interfaces[number].vpc]
        return addresses.lazy.compactMap { vpc.publicOf[$0] }.first
    }

    /// A load balancer by name or DNS name: its node in the client's zone, else its first;
    /// one that has failed only if there is no other.
    private func node(ofBalancer name: String, from start: FlowStart) -> Int? {
        let nodes = interfaces.indices.filter {
            guard case .loadBalancerNode = interfaces[$0].owner else { return false }
            let balancer = balancer(of: $0)
            return balancer.name == name || balancer.dnsName == name
        }
        if let client = host(of: start),
            let near = nodes.first(where: {
                interfaces[$0].outage == nil && zone(of: $0) == zone(of: client)
            })
        {
            return near
        }
        return nodes.first { interfaces[$0].outage == nil } ?? nodes.first
    }
}

extension Flow.Source {
    /// For messages.
    var words: String {
        switch self {
        case .node(let name): "source \(name) that could begin a flow"
        case .interface(let name): "interface \(name) that could begin a flow"
        case .address(let address), .internet(let address): "source \(address)"
        case .subnetRouter(let name, _): "subnet \(name)"
        case .vpcRouter(let name, _): "VPC \(name)"
        }
    }
}

extension Flow.Destination {
    /// For messages.
    var words: String {
        switch self {
        case .node(let name): "destination \(name)"
        case .address(let address): "destination \(address)"
        }
    }
}

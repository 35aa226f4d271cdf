import CloudModel
import IPAddressing
import KernelObjects
import LabPlan
public import LabRunner
import LinuxSystem

/// A flow log of a running lab: all interfaces of all its VPCs, from now on.
public final class FlowWatch {
    private let trace: LabTrace
    private var aggregator: FlowAggregator
    /// Seconds.
    private let window: Int64
    private var end: Int64

    /// - Parameter window: The length of an aggregation interval, in seconds.
    public init(_ lab: RunningLab, window: Int64 = 60) throws {
        let routers = lab.plan.nodes.filter { $0.role == .router }
        let start = KernelClock.wall / 1_000_000_000
        aggregator = FlowAggregator(
            interfaces: lab.lab.vpcs.flatMap(FlowInterface.all),
            borders: FlowKey.Path.borders(of: lab.lab), services: ServiceRanges(lab.lab.prefixLists),
            unlogged: Set(routers.flatMap { $0.addresses.map(\.address) }),
            start: start)
        self.window = window
        end = start + window
        trace = try LabTrace(lab, nodes: Set(routers.map(\.name)))
    }

    /// For `poll`.
    public var descriptors: [Int32] { trace.descriptors }

    /// Counts what waits; the records of a window when it is over.
    public func read() throws -> [FlowRecord] {
        try count(isLast: false)
        guard KernelClock.wall / 1_000_000_000 >= end else { return [] }
        defer { end += window }
        return aggregator.close(at: end)
    }

    /// The records of the window that is under way.
    public func finish() throws -> [FlowRecord] {
        try count(isLast: true)
        return aggregator.close(at: KernelClock.wall / 1_000_000_000)
    }

    public func close() { trace.close() }

    private func count(isLast: Bool) throws {
        for (hop, time) in try trace.readHops(isLast: isLast) { aggregator.add(hop, time: time) }
        if trace.takeLoss() { aggregator.noteLoss() }
    }
}

extension FlowInterface {
    /// Every interface of a VPC: of instances, NAT gateways, load balancers' nodes, interface endpoints.
    static func all(of vpc: VPC) -> [FlowInterface] {
        vpc.instances.flatMap { instance in
            instance.interfaces.enumerated().map { number, interface in
                FlowInterface(
                    interface, of: instance.name, number: number, vpc: vpc,
                    instance: instance.isTask ? nil : identifier("i", instance.name))
            }
        }
            + vpc.natGateways.map { gateway in
                FlowInterface(
                    NetworkInterface(
                        subnet: gateway.subnet, privateAddress: gateway.privateAddress, sourceDestinationCheck: false),
                    of: gateway.name, vpc: vpc)
            }
            + vpc.loadBalancers.flatMap(\.nodes).map { FlowInterface($0.interface, of: $0.name, vpc: vpc) }
            + vpc.endpoints.flatMap(\.interfaces).map { FlowInterface($0, of: $0.name, vpc: vpc) }
    }

    /// - Parameter number: 0 for a node's first interface; the next ones are told apart by it: `eni-app.1`.
    private init(
        _ interface: NetworkInterface, of node: String, number: Int = 0, vpc: VPC, instance: String? = nil
    ) {
        let name = number == 0 ? node : "\(node).\(number)"
        let place = FlowPlace(zone: vpc.subnet(interface.subnet)?.zone ?? "a", region: vpc.region)
        self.init(
            node: node, id: Self.identifier("eni", interface.name.isEmpty ? name : interface.name),
            address: interface.privateAddress, vpc: Self.identifier("vpc", vpc.name),
            subnet: Self.identifier("subnet", interface.subnet), instance: instance,
            region: place.region, zone: place.zoneID, sublocation: place.sublocation,
            account: vpc.account.isEmpty ? Self.documentsAccount : vpc.account,
            checksSource: interface.sourceDestinationCheck,
            secondaryAddresses: interface.secondaryAddresses.map(\.privateAddress))
    }

    /// `app` → `eni-app`; an identifier of AWS's stays.
    private static func identifier(_ prefix: String, _ name: String) -> String {
        name.hasPrefix("\(prefix)-") || name == prefix ? name : "\(prefix)-\(name)"
    }
}

extension FlowKey.Path {
    /// What the wires of each VPC's router lead to, besides interfaces and the Internet gateway.
    static func borders(of lab: Lab) -> [FlowBorder: FlowKey.Path] {
        var paths: [FlowBorder: FlowKey.Path] = [:]
        for vpc in lab.vpcs {
            for (_, peer) in lab.peerings(of: vpc) {
                paths[FlowBorder(router: vpc.name, neighbor: peer.name)] =
                    peer.region == vpc.region ? .peering : .peeringAcrossRegions
            }
            for endpoint in vpc.endpoints where endpoint.interfaces.isEmpty {
                paths[FlowBorder(router: vpc.name, neighbor: endpoint.name)] = .gatewayEndpoint
            }
            // Its attachment is an interface in the VPC.
            for gateway in lab.transitGateways {
                paths[FlowBorder(router: vpc.name, neighbor: gateway.name)] = .sameVPC
            }
        }
        return paths
    }
}

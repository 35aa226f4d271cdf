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
    /// Every interface of a VPC: instances' and NAT gateways'.
    static func all(of vpc: VPC) -> [FlowInterface] {
        vpc.instances.map { instance in
            let interface = instance.interface
            return FlowInterface(
                node: instance.name, id: interface.name.isEmpty ? identifier("eni", instance.name) : interface.name,
                address: interface.privateAddress, vpc: vpc, subnet: interface.subnet,
                instance: instance.isTask ? nil : identifier("i", instance.name),
                checksSource: interface.sourceDestinationCheck)
        }
            + vpc.natGateways.map { gateway in
                FlowInterface(
                    node: gateway.name, id: identifier("eni", gateway.name), address: gateway.privateAddress, vpc: vpc,
                    subnet: gateway.subnet, instance: nil, checksSource: false)
            }
    }

    private init(
        node: String, id: String, address: IPv4Address, vpc: VPC, subnet: String, instance: String?, checksSource: Bool
    ) {
        self.init(
            node: node, id: id, address: address, vpc: Self.identifier("vpc", vpc.name),
            subnet: Self.identifier("subnet", subnet), instance: instance,
            zone: Self.zoneID(vpc.subnet(subnet)?.zone ?? "a"), checksSource: checksSource)
    }

    /// `app` → `eni-app`; an identifier of AWS's stays.
    private static func identifier(_ prefix: String, _ name: String) -> String {
        name.hasPrefix("\(prefix)-") || name == prefix ? name : "\(prefix)-\(name)"
    }

    /// Zone `a`, or `eu-west-3a`, is the first of its Region: `use1-az1`.
    private static func zoneID(_ zone: String) -> String {
        let letter = zone.last?.asciiValue ?? UInt8(ascii: "a")
        return
            "use1-az\(letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") ? letter - UInt8(ascii: "a") + 1 : 1)"
    }
}

import AWSImport
import CloudModel
import Foundation
import IPAddressing
import LinuxSystem
import Reachability
import Testing

/// A snapshot of the suite as a lab, ready for questions.
struct ImportedSnapshot {
    let lab: Lab
    let index: ReachabilityIndex

    init(_ name: String) throws {
        let limits = FolderReader.Limits(files: 10_000, depth: 6, fileBytes: 1 << 24, bytes: 1 << 28)
        let folder = try FolderReader.read(
            "\(ConformanceSuite.folder)/\(name)/aws_configs", suffix: ".json", limits: limits)
        let files = folder.files.map { DescriptionFile(path: $0.path, folders: $0.folders, bytes: $0.bytes) }
        let imported = AWSImport.read(files, name: name)
        lab = try #require(imported.lab, "\(imported.problems.map(\.rendered).joined(separator: "\n"))")
        index = ReachabilityIndex(lab)
    }

    /// What the suite's analyser puts outside the cloud: the provider's backbone, the Internet and AWS's own services
    /// are one place in our model.
    static let outside: Set<String> = ["internet", "isp_16509", "__aws-services-gateway__"]

    /// Hops as both sides name them: load balancer nodes by zone and DNS name, the outside as one.
    func names(of boxes: [Component]) -> [String] {
        Self.collapsed(
            boxes.map { box in
                for balancer in lab.vpcs.flatMap(\.loadBalancers) {
                    if let node = balancer.nodes.first(where: { $0.name == box.id }) {
                        return "\(node.zone)-\(balancer.dnsName ?? balancer.name)"
                    }
                }
                return box.kind == .internetHost ? "internet" : box.id
            })
    }

    static func collapsed(_ names: [String]) -> [String] {
        var result: [String] = []
        for name in names.map({ outside.contains($0) ? "internet" : endpoint($0) ?? $0 })
        where result.last != name || name != "internet" {
            result.append(name)
        }
        return result
    }

    /// The suite's analyser has a node for each interface of an interface endpoint, `vpce-1-subnet-1`.
    private static func endpoint(_ name: String) -> String? {
        name.range(of: "vpce-[0-9a-f]+", options: .regularExpression).map { String(name[$0]) }
    }

    /// Where the case begins.
    func source(_ test: ConformanceCase) throws -> Flow.Source {
        // The suite writes "(any)" where the source does not matter.
        let address = IPv4Address(test.sourceAddress) ?? IPv4Address(8, 8, 8, 8)
        if Self.outside.contains(test.ingress) { return .internet(address) }
        if lab.vpcs.contains(where: { $0.subnet(test.ingress) != nil }) {
            return .subnetRouter(test.ingress, source: address)
        }
        if lab.vpcs.contains(where: { $0.name == test.ingress }) { return .vpcRouter(test.ingress, source: address) }
        return .node(test.ingress)
    }

    /// Its own address on port 22 and every listener of a load balancer, as far as packets end at it.
    func ways(to goal: String, from source: Flow.Source) throws -> [(address: IPv4Address, port: UInt16)] {
        let listeners = lab.vpcs.flatMap(\.loadBalancers).flatMap { balancer in
            balancer.nodes.flatMap { node in balancer.listeners.map { (node.interface.privateAddress, $0.port) } }
        }
        let own = lab.privateAddress(of: goal).map { [($0, UInt16(22))] } ?? []
        return (own + listeners).filter { address, port in
            let analysis = index.explain(Flow(from: source, to: .address(address), .tcp(port: port)))
            return analysis.isReachable
                && ([analysis.forward] + analysis.alternatives).contains { $0.boxes.last?.id == goal }
        }
    }

    func transport(_ test: ConformanceCase) throws -> Transport {
        let port = UInt16(exactly: test.destinationPort ?? 0) ?? 0
        switch test.transport {
        case "tcp": return .tcp(port: port)
        case "udp": return .udp(port: port)
        case "icmp": return .echoRequest
        default:
            let digits = test.transport.hasPrefix("proto") ? String(test.transport.dropFirst(5)) : "-"
            return .other(try #require(UInt8(digits), "an unknown protocol: \(test.transport)"))
        }
    }

    func flow(_ test: ConformanceCase, _ transport: Transport) throws -> Flow {
        let destination = try #require(IPv4Address(test.destinationAddress), "no address: \(test.destinationAddress)")
        let port = test.sourcePort.flatMap(UInt16.init(exactly:))
        return Flow(
            from: try source(test), to: .address(destination), transport,
            sourcePorts: port.map { $0...$0 } ?? Flow.linuxEphemeralPorts,
            sourceAddress: IPv4Address(test.sourceAddress))
    }
}

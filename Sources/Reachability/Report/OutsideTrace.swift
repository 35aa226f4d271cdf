import CloudModel
public import IPAddressing

/// A path as an outside analyser (Batfish) draws it: nodes by name, the Internet behind Amazon's backbone, and a
/// disposition.
public struct OutsideTrace: Hashable, Sendable {
    public var nodes: [String]
    public var disposition: Disposition

    static let internet = "internet"
    static let backbone = "isp_16509"
    static let services = "__aws-services-gateway__"

    /// - Parameters:
    ///   - path: a forward or return path of `index`.
    ///   - isAmazon: whether a public address belongs to Amazon: such an address is not looked for on the Internet.
    public init(
        _ path: Path, of index: ReachabilityIndex, isAmazon: (IPv4Address) -> Bool = OutsideTrace.isAmazon
    ) {
        var nodes: [String] = []
        for box in path.boxes {
            switch box.kind {
            case .internet:
                nodes += Self.crossing(path, cameFromInside: !nodes.isEmpty, isAmazon: isAmazon)
            case .internetHost: break
            case .loadBalancerNode: nodes.append(index.outsideName(ofNode: box.id))
            default: nodes.append(box.id)
            }
        }
        disposition = path.disposition
        switch path.explanations.first?.code {
        case .igwExpectsPublicAddress:
            (nodes, disposition) = ([Self.internet], .nullRouted)
        case .igwPrivateIPAssociationForIngress:
            (nodes, disposition) = ([Self.internet, Self.backbone], .nullRouted)
        default: break
        }
        // Nobody of the lab holds it: the backbone knows Amazon's own addresses, the Internet all others.
        if path.disposition == .exitsNetwork, path.boxes.map(\.kind) == [.internet] {
            if isAmazon(path.end.destination) {
                (nodes, disposition) = ([Self.internet, Self.backbone], .nullRouted)
            } else {
                nodes = [Self.internet]
            }
        }
        self.nodes = nodes
    }

    private static func crossing(
        _ path: Path, cameFromInside: Bool, isAmazon: (IPv4Address) -> Bool
    ) -> [String] {
        let turnsBack = path.boxes.last?.kind != .internet && path.boxes.last?.kind != .internetHost
        if cameFromInside {
            if turnsBack { return [backbone] }
            return [backbone, isAmazon(path.end.destination) ? services : internet]
        }
        return isAmazon(path.start.source) ? [services, backbone] : [internet, backbone]
    }

    /// Blocks that Amazon announces, as far as the conformance cases touch them.
    public static func isAmazon(_ address: IPv4Address) -> Bool { amazon.contains { $0.contains(address) } }

    private static let amazon = [
        "3.0.0.0/8", "18.128.0.0/9", "52.0.0.0/10", "52.64.0.0/12", "52.192.0.0/11", "54.64.0.0/11", "54.144.0.0/12",
        "54.160.0.0/11", "54.192.0.0/10",
    ].compactMap(CIDRBlock.init(_:))
}

extension ReachabilityIndex {
    /// `<zone>-<DNS name>` where the load balancer has a DNS name.
    func outsideName(ofNode name: String) -> String {
        guard let number = interfaceOfNode[name] else { return name }
        return balancer(of: number).dnsName.map { "\(zone(of: number))-\($0)" } ?? name
    }
}

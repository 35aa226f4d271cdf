import CloudModel
import IPAddressing

extension LabWriter {
    static func text(_ group: TargetGroup) -> String {
        let key =
            switch group.transport {
            case .http, .https: "http"
            case .tcp, .tls, .tcpUDP: "tcp"
            case .udp: "udp"
            }
        return YAMLText.mapping([
            (key, "\(group.port)"), ("targets", YAMLText.list(group.targets.map { text($0, port: group.port) })),
            ("preserve-client-ip", "\(group.preservesClientIP)"), ("health-check", text(group.healthCheck)),
        ])
    }

    private static func text(_ target: Target, port: UInt16) -> String {
        let name =
            switch target.destination {
            case .instance(let name): YAMLText.quoted(name)
            case .address(let address): address.description
            }
        return target.port == port ? name : YAMLText.mapping([("target", name), ("port", "\(target.port)")])
    }

    private static func text(_ check: HealthCheck) -> String {
        YAMLText.mapping([
            ("path", check.path.map(YAMLText.quoted)), ("interval", "\(Int(check.interval))s"),
            ("timeout", "\(Int(check.timeout))s"), ("healthy", "\(check.healthyThreshold)"),
            ("unhealthy", "\(check.unhealthyThreshold)"),
        ])
    }

    /// Nodes get their names anew, from the zones.
    static func text(_ balancer: LoadBalancer) -> String {
        let nodes = balancer.nodes.map { node in
            (
                YAMLText.quoted(node.interface.subnet),
                YAMLText.mapping([
                    ("address", node.interface.privateAddress.description),
                    ("elastic-ip", node.interface.publicAddress?.description),
                ])
            )
        }
        return YAMLText.mapping([
            ("type", balancer.kind.rawValue), ("scheme", balancer.scheme.rawValue),
            ("subnets", YAMLText.mapping(nodes)), ("security-groups", names(balancer.securityGroups)),
            ("cross-zone", balancer.kind == .network ? "\(balancer.isCrossZone)" : nil),
            ("waf", balancer.hasWAF ? "true" : nil),
            ("listeners", YAMLText.list(balancer.listeners.compactMap { text($0, of: balancer.kind) })),
        ])
    }

    /// `nil` for what the format cannot say, which the importer has reported.
    private static func text(_ listener: LoadBalancerListener, of kind: LoadBalancer.Kind) -> String? {
        let key =
            switch listener.transport {
            case .http: "http"
            case .https: "https"
            case .tcp, .tls, .tcpUDP: "tcp"
            case .udp: "udp"
            }
        let action: (key: String, value: String?)? =
            switch listener.action {
            case .forward(let group): ("forward", YAMLText.quoted(group))
            case .redirectToHTTPS: ("redirect", "https")
            case .fixedResponse(let status): ("respond", "\(status)")
            case .unsupported: nil
            }
        return action.map { YAMLText.mapping([(key, "\(listener.port)"), $0]) }
    }
}

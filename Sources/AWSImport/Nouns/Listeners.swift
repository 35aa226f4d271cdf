import CloudModel

extension CloudBuilder {
    /// One listener of the lab; two for `TCP_UDP`.
    func listeners(_ record: Record, of balancer: String, in vpc: VPC) -> [LoadBalancerListener] {
        guard let port = record.integer("Port").flatMap(UInt16.init(exactly:)), port > 0 else {
            record.lost("a listener of `\(balancer)` has no port", "it takes no connection")
            return []
        }
        let place = ListenerPlace(balancer: balancer, port: port)
        guard let transport = record.text("Protocol").flatMap(LoadBalancerListener.TransportProtocol.init(rawValue:))
        else {
            record.lost(
                "\(place) speaks \(ObjectName.shown(record.text("Protocol") ?? ""))",
                "the lab has no such listener: it takes no connection")
            return []
        }
        complainOfSettings(ofListener: record, place, transport)
        complainOfRules(of: record, place)
        let action = ListenerActions(cloud: self, place: place, vpc: vpc).action(of: record)
        guard transport == .tcpUDP else {
            return [
                LoadBalancerListener(
                    transport: transport, port: port, action: half(action, udp: transport == .udp, in: vpc),
                    origin: record.origin)
            ]
        }
        return [false, true].map { isUDP in
            LoadBalancerListener(
                transport: isUDP ? .udp : .tcp, port: port, action: half(action, udp: isUDP, in: vpc),
                origin: record.origin)
        }
    }

    /// A group for TCP and UDP is two groups of the lab: the action with the one that is meant.
    private func half(
        _ action: LoadBalancerListener.Action, udp isUDP: Bool, in vpc: VPC
    ) -> LoadBalancerListener.Action {
        guard isUDP, case .forward(let name) = action, let group = vpc.targetGroup(Self.udpHalf(of: name)),
            vpc.targetGroup(name)?.transport == .tcp, group.transport == .udp
        else { return action }
        return .forward(targetGroup: group.name)
    }

    private func complainOfSettings(
        ofListener record: Record, _ place: ListenerPlace, _ transport: LoadBalancerListener.TransportProtocol
    ) {
        switch transport {
        case .tls:
            record.lost(
                "\(place) ends TLS", "the lab hands the connection on as it is: the target must speak TLS itself")
        case .https:
            let certificates = record.records("Certificates").compactMap { $0.text("CertificateArn") }
            record.lost(
                "\(place) has the certificate \(ObjectName.shown(certificates.joined(separator: ", ")))",
                "in the lab it has one of the lab's own authority, for the lab's name of the load balancer alone")
        case .http, .tcp, .udp, .tcpUDP: break
        }
        let mutual = record.record("MutualAuthentication")
        if let mode = mutual?.text("Mode"), mode != "off" {
            mutual?.lost(
                "\(place) asks clients for a certificate (\(ObjectName.shown(mode)))",
                "the lab asks for none: clients that AWS refuses are let in")
        }
    }

    /// Only the default action is reproduced.
    private func complainOfRules(of listener: Record, _ place: ListenerPlace) {
        guard let arn = listener.text("ListenerArn") else { return }
        for rule in inventory.find(.listenerRules, arn)?.records("Rules") ?? [] where rule.flag("IsDefault") != true {
            let conditions = rule.records("Conditions").compactMap { $0.text("Field") }.joined(separator: ", ")
            let actions = rule.records("Actions").map { action in
                let groups =
                    (action.record("ForwardConfig")?.records("TargetGroups") ?? [])
                    .compactMap { $0.text("TargetGroupArn") } + [action.text("TargetGroupArn")].compactMap { $0 }
                let names = InterfaceCatalog.unique(
                    groups.compactMap { inventory.find(.targetGroups, $0).flatMap(targetGroupName) })
                return ([action.text("Type") ?? ""] + names.map { "`\($0)`" }).joined(separator: " ")
            }.joined(separator: ", ")
            rule.lost(
                "\(place) has the rule \(ObjectName.shown(rule.text("Priority") ?? "")) on \(ObjectName.shown(conditions)): "
                    + ObjectName.shown(actions), "the lab only knows the default action: all requests take it")
        }
    }
}

/// A listener as messages name it.
struct ListenerPlace: CustomStringConvertible {
    let balancer: String
    let port: UInt16

    var description: String { "the listener \(port) of `\(balancer)`" }
}

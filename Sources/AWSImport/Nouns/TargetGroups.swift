import CloudModel
import IPAddressing

extension CloudBuilder {
    func targetGroups(of id: String, in vpc: VPC) -> [TargetGroup] {
        places.all(.targetGroups, in: id).flatMap { targetGroups($0, in: vpc) }
    }

    /// Unique per account and region in AWS; of two alike here the second has its hash too.
    func targetGroupName(_ record: Record) -> String? {
        let arn = record.text("TargetGroupArn") ?? ""
        let hash = arn.split(separator: "/").last.map(String.init) ?? ""
        guard let name = AWSName.made(from: record.text("TargetGroupName") ?? hash, limit: 32) else { return nil }
        guard let first = places.first(.targetGroups, named: name), first != arn else { return name }
        return AWSName.made(from: "\(name)-\(hash)", limit: 50)
    }

    /// What the half of a `TCP_UDP` group that takes UDP is called: in the lab such a group is two.
    static func udpHalf(of name: String) -> String { "\(name)-udp" }

    /// One group of the lab, two for `TCP_UDP`, none for what it cannot have.
    private func targetGroups(_ record: Record, in vpc: VPC) -> [TargetGroup] {
        guard let arn = record.text("TargetGroupArn"), let name = targetGroupName(record) else {
            record.error("the target group has no name")
            return []
        }
        let type = record.text("TargetType") ?? "instance"
        guard let targetType = TargetGroup.TargetType(rawValue: type),
            let transport = record.text("Protocol").flatMap(LoadBalancerListener.TransportProtocol.init(rawValue:)),
            let port = record.integer("Port").flatMap(UInt16.init(exactly:)), port > 0
        else {
            record.lost(
                "the target group `\(name)` is of the type \(ObjectName.shown(type)) and the protocol "
                    + "\(ObjectName.shown(record.text("Protocol") ?? "none"))",
                "the lab has none of these: it is missing, and listeners that forward to it lead nowhere")
            return []
        }
        if inventory.find(.targetHealth, arn) == nil, !record.texts("LoadBalancerArns").isEmpty {
            record.lost(
                "the targets of `\(name)` are not described",
                "it has none; add what `aws elbv2 describe-target-health` prints, as LoadBalancerTargetHealth")
        }
        complainOfSettings(ofGroup: record, name, transport)
        var group = TargetGroup(
            name: name, transport: transport == .tcpUDP ? .tcp : transport, port: port, targetType: targetType,
            preservesClientIP: preservesClientIP(arn, targetType, transport), healthCheck: healthCheck(record, name),
            origin: record.origin)
        group.targets = (inventory.find(.targetHealth, arn)?.records("TargetHealthDescriptions") ?? [])
            .compactMap { target($0, of: name, port: port, in: vpc) }
        guard transport == .tcpUDP else { return [group] }
        var half = group
        half.name = Self.udpHalf(of: name)
        half.transport = .udp
        return [group, half]
    }

    private func preservesClientIP(
        _ arn: String, _ type: TargetGroup.TargetType, _ transport: LoadBalancerListener.TransportProtocol
    ) -> Bool {
        guard transport != .http, transport != .https else { return false }
        let attributes = inventory.find(.targetGroupAttributes, arn)?.records("Attributes") ?? []
        let value = attributes.first { $0.text("Key") == "preserve_client_ip.enabled" }?.text("Value")
        if let value { return value == "true" }
        return type == .instance || transport == .udp || transport == .tcpUDP
    }

    private func healthCheck(_ record: Record, _ name: String) -> HealthCheck {
        if record.flag("HealthCheckEnabled") == false {
            record.lost("the target group `\(name)` checks no health", "the lab does: targets that fail get nothing")
        }
        let transport = record.text("HealthCheckProtocol") ?? "HTTP"
        if !["HTTP", "TCP"].contains(transport) {
            record.lost(
                "the health checks of `\(name)` speak \(ObjectName.shown(transport))",
                "the lab's speak HTTP where there is a path, and else open a TCP connection")
        }
        if let port = record.text("HealthCheckPort"), port != "traffic-port", Int(port) != record.integer("Port") {
            record.lost(
                "the health checks of `\(name)` go to port \(ObjectName.shown(port))",
                "the lab's go to the port of the target: who is well there may be ill in AWS, or the other way round")
        }
        let codes = record.record("Matcher").flatMap { $0.text("HttpCode") ?? $0.text("GrpcCode") }
        if let codes, codes != "200", transport.hasPrefix("HTTP") {
            record.lost(
                "a target of `\(name)` is well when it answers \(ObjectName.shown(codes))",
                "in the lab it is with 200 alone")
        }
        let interval = max(1, min(300, record.integer("HealthCheckIntervalSeconds") ?? 30))
        return HealthCheck(
            path: transport == "TCP" ? nil : healthCheckPath(record, name),
            interval: Double(interval),
            timeout: Double(max(1, min(interval, record.integer("HealthCheckTimeoutSeconds") ?? 5))),
            healthyThreshold: max(1, min(10, record.integer("HealthyThresholdCount") ?? 5)),
            unhealthyThreshold: max(1, min(10, record.integer("UnhealthyThresholdCount") ?? 2)))
    }

    private func healthCheckPath(_ record: Record, _ name: String) -> String? {
        guard let path = record.text("HealthCheckPath") else { return nil }
        if path.hasPrefix("/"), path.utf8.count <= 1024, path.utf8.allSatisfy({ 33...126 ~= $0 }) { return path }
        record.lost("the health checks of `\(name)` ask for a path that is none", "the lab's ask for `/`")
        return "/"
    }

    private func target(_ description: Record, of group: String, port: UInt16, in vpc: VPC) -> Target? {
        guard let record = description.record("Target"), let id = record.need("Id", "a target of `\(group)`") else {
            return nil
        }
        let destination: Target.Destination
        if let address = IPv4Address(id) {
            guard vpc.contains(address) else {
                record.lost(
                    "the target \(address) of `\(group)` is outside `\(vpc.name)`",
                    "targets of the lab are in the VPC of their group: it gets no connection")
                return nil
            }
            destination = .address(address)
        } else if let name = AWSName.of(id), vpc.instance(name) != nil {
            destination = .instance(name)
        } else {
            record.lost("the target `\(ObjectName.shown(id))` of `\(group)` is not in the lab", "it gets no connection")
            return nil
        }
        let state = description.record("TargetHealth")?.text("State") ?? ""
        guard state != "draining", state != "unused" else {
            record.lost("the target `\(ObjectName.shown(id))` of `\(group)` is \(state)", "it gets no new connection")
            return nil
        }
        if record.has("Port"), record.integer("Port").flatMap(UInt16.init(exactly:)) == nil {
            record.lost("the target `\(ObjectName.shown(id))` of `\(group)` has no port", "it is asked at \(port)")
        }
        let override = description.record("AdministrativeOverride")?.text("State") ?? "no_override"
        if override.hasSuffix("active") {
            description.lost(
                "the target `\(ObjectName.shown(id))` of `\(group)` is taken out by hand (\(ObjectName.shown(override)))",
                "the lab sends to it while it is well")
        }
        let health: Target.Health =
            switch state {
            case "healthy": .healthy
            case "initial", "unhealthy", "unhealthy.draining": .unhealthy
            default: .unknown
            }
        return Target(
            destination: destination, port: record.integer("Port").flatMap(UInt16.init(exactly:)) ?? port,
            health: health, origin: description.origin)
    }
}

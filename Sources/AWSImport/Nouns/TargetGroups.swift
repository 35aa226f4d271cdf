import CloudModel
import IPAddressing

extension CloudBuilder {
    func targetGroups(of id: String, in vpc: VPC) -> [TargetGroup] {
        inventory[.targetGroups].filter { $0.text("VpcId") == id }.compactMap { targetGroup($0, in: vpc) }
    }

    /// Unique per account and region in AWS; of two alike here the second has its hash too.
    func targetGroupName(_ record: Record) -> String? {
        let arn = record.text("TargetGroupArn") ?? ""
        let hash = arn.split(separator: "/").last.map(String.init) ?? ""
        guard let name = AWSName.made(from: record.text("TargetGroupName") ?? hash, limit: 32) else { return nil }
        let same = inventory[.targetGroups].first {
            AWSName.made(from: $0.text("TargetGroupName") ?? "", limit: 32) == name
        }
        return same?.text("TargetGroupArn") == arn ? name : AWSName.made(from: "\(name)-\(hash)", limit: 50)
    }

    private func targetGroup(_ record: Record, in vpc: VPC) -> TargetGroup? {
        guard let arn = record.text("TargetGroupArn"), let name = targetGroupName(record) else { return nil }
        let type = record.text("TargetType") ?? "instance"
        guard let targetType = TargetGroup.TargetType(rawValue: type),
            let transport = record.text("Protocol").flatMap(LoadBalancerListener.TransportProtocol.init(rawValue:)),
            let port = record.integer("Port").flatMap(UInt16.init(exactly:)), port > 0
        else {
            record.lost(
                "the target group `\(name)` is of the type \(ObjectName.shown(type)) and the protocol "
                    + "\(ObjectName.shown(record.text("Protocol") ?? "none"))",
                "the lab has none of these: it is missing")
            return nil
        }
        if inventory.find(.targetHealth, arn) == nil, !record.texts("LoadBalancerArns").isEmpty {
            record.lost(
                "the targets of `\(name)` are not described",
                "it has none; add what `aws elbv2 describe-target-health` prints, as LoadBalancerTargetHealth")
        }
        var group = TargetGroup(
            name: name, transport: transport, port: port, targetType: targetType,
            preservesClientIP: preservesClientIP(arn, targetType, transport), healthCheck: healthCheck(record),
            origin: record.origin)
        group.targets = (inventory.find(.targetHealth, arn)?.records("TargetHealthDescriptions") ?? [])
            .compactMap { target($0, of: name, port: port, in: vpc) }
        return group
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

    private func healthCheck(_ record: Record) -> HealthCheck {
        HealthCheck(
            path: record.text("HealthCheckPath"),
            interval: Double(record.integer("HealthCheckIntervalSeconds") ?? 30),
            timeout: Double(record.integer("HealthCheckTimeoutSeconds") ?? 5),
            healthyThreshold: record.integer("HealthyThresholdCount") ?? 5,
            unhealthyThreshold: record.integer("UnhealthyThresholdCount") ?? 2)
    }

    private func target(_ description: Record, of group: String, port: UInt16, in vpc: VPC) -> Target? {
        guard let record = description.record("Target"), let id = record.need("Id", "a target of `\(group)`") else {
            return nil
        }
        let destination: Target.Destination
        if let address = IPv4Address(id) {
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

import CloudModel
import IPAddressing

extension CloudBuilder {
    func loadBalancers(of vpc: String, in model: VPC) -> [LoadBalancer] {
        for record in inventory[.classicLoadBalancers] where record.text("VPCId") == vpc {
            record.lost(
                "`\(ObjectName.shown(record.text("LoadBalancerName") ?? ""))` is a classic load balancer",
                "the lab has none of these: it is missing")
        }
        return inventory[.loadBalancers].filter { $0.text("VpcId") == vpc }.compactMap { loadBalancer($0, in: model) }
    }

    private func loadBalancer(_ record: Record, in vpc: VPC) -> LoadBalancer? {
        guard let arn = record.text("LoadBalancerArn"), let name = loadBalancerName(record) else {
            record.error("the load balancer has no name")
            return nil
        }
        let state = record.record("State")?.text("Code") ?? "active"
        guard state == "active" || state == "active_impaired" else {
            record.lost("the load balancer `\(name)` is \(ObjectName.shown(state))", "it is not in the lab")
            return nil
        }
        guard let kind = LoadBalancer.Kind(rawValue: record.text("Type") ?? "application") else {
            record.lost(
                "the load balancer `\(name)` is of the type \(ObjectName.shown(record.text("Type") ?? ""))",
                "the lab has none of these: it is missing")
            return nil
        }
        var balancer = LoadBalancer(
            name: name, kind: kind, scheme: LoadBalancer.Scheme(rawValue: record.text("Scheme") ?? "") ?? .internal,
            securityGroups: InterfaceCatalog.unique(record.texts("SecurityGroups").compactMap(AWSName.of)),
            isCrossZone: isCrossZone(arn, kind), dnsName: record.text("DNSName"), origin: record.origin)
        balancer.nodes = nodes(record, name: name)
        balancer.listeners = inventory[.listeners].filter { $0.text("LoadBalancerArn") == arn }
            .compactMap { listener($0, of: name, in: vpc) }
        if !inventory.describes(.listeners), !inventory.describes(.loadBalancerListeners) {
            record.lost(
                "the listeners of `\(name)` are not described",
                "it takes no connection; add what `aws elbv2 describe-listeners` prints")
        }
        return balancer
    }

    /// AWS's default: on for application load balancers, off for network ones.
    private func isCrossZone(_ arn: String, _ kind: LoadBalancer.Kind) -> Bool {
        let attributes = inventory.find(.loadBalancerAttributes, arn)?.records("Attributes") ?? []
        let value = attributes.first { $0.text("Key") == "load_balancing.cross_zone.enabled" }?.text("Value")
        return kind == .application || value == "true"
    }

    /// AWS's names are unique per account and region, and may hold capitals; of two alike the second has its hash too.
    private func loadBalancerName(_ record: Record) -> String? {
        let arn = record.text("LoadBalancerArn") ?? ""
        let hash = arn.split(separator: "/").last.map(String.init) ?? ""
        guard let name = AWSName.made(from: record.text("LoadBalancerName") ?? hash, limit: 32) else { return nil }
        let same = inventory[.loadBalancers].filter {
            AWSName.made(from: $0.text("LoadBalancerName") ?? "", limit: 32) == name
        }
        guard same.first?.text("LoadBalancerArn") != arn else { return name }
        return AWSName.made(from: "\(name)-\(hash)", limit: 50)
    }

    /// The interfaces that AWS says it made for a load balancer: `ELB net/NAME/HASH`.
    func loadBalancerInterfaces(_ record: Record) -> [DescribedInterface] {
        guard let arn = record.text("LoadBalancerArn"), let range = arn.range(ofLast: "loadbalancer/") else {
            return []
        }
        let description = "ELB \(arn[range...])"
        return interfaces.all.filter { $0.description == description }
    }

    /// One node for each interface; the zone in its name makes it readable.
    private func nodes(_ record: Record, name: String) -> [LoadBalancerNode] {
        var nodes: [LoadBalancerNode] = []
        let zones = record.records("AvailabilityZones")
        for found in loadBalancerInterfaces(record) {
            let zone = inventory[.subnets].first { $0.text("SubnetId") == found.interface.subnet }.map(self.zone)
            nodes.append(node(name, zone ?? "a", found.interface, among: nodes))
        }
        for zone in zones where nodes.isEmpty || !record.records("AvailabilityZones").isEmpty {
            guard let subnet = zone.text("SubnetId").flatMap(AWSName.of), inventory.find(.subnets, subnet) != nil,
                !nodes.contains(where: { $0.interface.subnet == subnet })
            else { continue }
            let addresses = zone.records("LoadBalancerAddresses")
            guard let address = addresses.first?.address("PrivateIPv4Address") else {
                zone.lost(
                    "the interface of `\(name)` in `\(subnet)` is not described",
                    "the load balancer is missing there; add what `aws ec2 describe-network-interfaces` prints")
                continue
            }
            let interface = NetworkInterface(
                subnet: subnet, privateAddress: address, publicAddress: addresses.first?.address("IpAddress"),
                sourceDestinationCheck: false)
            nodes.append(node(name, zone.text("ZoneName") ?? "a", interface, among: nodes))
        }
        return nodes
    }

    private func node(
        _ balancer: String, _ zone: String, _ interface: NetworkInterface, among nodes: [LoadBalancerNode]
    ) -> LoadBalancerNode {
        let plain = AWSName.made(from: "\(balancer)-\(zone)", limit: 60) ?? balancer
        let count = nodes.filter { $0.name == plain || $0.name.hasPrefix("\(plain)-") }.count
        return LoadBalancerNode(
            name: count == 0 ? plain : "\(plain)-\(count + 1)", zone: zone, interface: interface)
    }
}

extension String {
    /// Where the text after the last occurrence of another begins.
    fileprivate func range(ofLast other: String) -> String.Index? {
        var found: String.Index?
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(other) { found = self.index(index, offsetBy: other.count) }
            formIndex(after: &index)
        }
        return found
    }
}

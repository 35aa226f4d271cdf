import CloudModel
import IPAddressing

extension CloudBuilder {
    func loadBalancers(of vpc: String, in model: VPC) -> [LoadBalancer] {
        places.all(.loadBalancers, in: vpc).compactMap { loadBalancer($0, in: model) }
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
            isCrossZone: isCrossZone(arn, kind), dnsName: record.text("DNSName").flatMap(AWSName.ofHost),
            origin: record.origin)
        complainOfSettings(ofBalancer: record, name, kind)
        balancer.nodes = nodes(record, name: name)
        balancer.listeners = places.listeners(of: arn)
            .flatMap { listeners($0, of: name, in: vpc) }
        if !inventory.describes(.listeners), !inventory.describes(.loadBalancerListeners) {
            record.lost(
                "the listeners of `\(name)` are not described",
                "it takes no connection; add what `aws elbv2 describe-listeners` prints")
        }
        return balancer
    }

    /// AWS's default: on for application load balancers, off for network ones.
    func isCrossZone(_ arn: String, _ kind: LoadBalancer.Kind) -> Bool {
        let attributes = inventory.find(.loadBalancerAttributes, arn)?.records("Attributes") ?? []
        let value = attributes.first { $0.text("Key") == "load_balancing.cross_zone.enabled" }?.text("Value")
        return kind == .application || value == "true"
    }

    /// AWS's names are unique per account and region, and may hold capitals; of two alike the second has its hash too.
    private func loadBalancerName(_ record: Record) -> String? {
        let arn = record.text("LoadBalancerArn") ?? ""
        let hash = arn.split(separator: "/").last.map(String.init) ?? ""
        guard let name = AWSName.made(from: record.text("LoadBalancerName") ?? hash, limit: 32) else { return nil }
        guard let first = places.first(.loadBalancers, named: name), first != arn else { return name }
        return AWSName.made(from: "\(name)-\(hash)", limit: 50)
    }

    /// The interfaces that AWS says it made for a load balancer: `ELB net/NAME/HASH`.
    func loadBalancerInterfaces(_ record: Record) -> [DescribedInterface] {
        guard let arn = record.text("LoadBalancerArn"), let range = arn.range(ofLast: "loadbalancer/") else {
            return []
        }
        let description = "ELB \(arn[range...])"
        return interfaces.all(describedAs: description)
    }

    /// One node a zone, with the zone in its name; AWS may have several interfaces there for a busy one.
    private func nodes(_ record: Record, name: String) -> [LoadBalancerNode] {
        var nodes: [LoadBalancerNode] = []
        var zones: Set<String> = []
        var subnets: Set<String> = []
        for found in loadBalancerInterfaces(record) {
            let zone = places.zone(ofSubnet: found.interface.subnet) ?? "a"
            subnets.insert(found.interface.subnet)
            guard zones.insert(zone).inserted else {
                found.record.lost(
                    "`\(name)` has a further address in zone \(zone), \(found.interface.privateAddress)",
                    "the lab has one node in a zone: packets to that address find nobody")
                continue
            }
            nodes.append(node(name, zone, found.interface))
        }
        for zone in record.records("AvailabilityZones") {
            guard let subnet = zone.text("SubnetId").flatMap(AWSName.of), inventory.find(.subnets, subnet) != nil,
                subnets.insert(subnet).inserted
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
            let zoneName = places.zone(ofSubnet: subnet) ?? zone.text("ZoneName") ?? "a"
            guard ObjectName.faultOfZone(zoneName) == nil, zones.insert(zoneName).inserted else {
                zone.lost(
                    "`\(name)` has a second subnet in zone \(ObjectName.shown(zoneName)), \(address)",
                    "the lab has one node in a zone: packets to that address find nobody")
                continue
            }
            nodes.append(node(name, zoneName, interface))
        }
        return nodes
    }

    private func node(_ balancer: String, _ zone: String, _ interface: NetworkInterface) -> LoadBalancerNode {
        LoadBalancerNode(
            name: AWSName.made(from: "\(balancer)-\(zone)", limit: 60) ?? balancer, zone: zone, interface: interface)
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

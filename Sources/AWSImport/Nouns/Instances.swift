import CloudModel
import IPAddressing

extension CloudBuilder {
    /// Running instances, and every other interface in use that has security groups: a database's, a function's.
    func instances(of vpc: String) -> [Instance] {
        var instances: [Instance] = []
        var described: [String: [DescribedInterface]] = [:]
        var order: [String] = []
        for found in interfaces.all(in: vpc) {
            guard let id = found.instance else { continue }
            if let home = interfaces.home(ofInstance: id), home != vpc {
                found.record.lost(
                    "the interface `\(found.name)` ties `\(ObjectName.shown(id))` of `\(ObjectName.shown(home))` to "
                        + "`\(ObjectName.shown(vpc))`",
                    "an instance of the lab is in one VPC: packets to \(found.interface.privateAddress) find nobody")
                continue
            }
            if described[id] == nil { order.append(id) }
            described[id, default: []].append(found)
        }
        // As the instances are described, not their interfaces.
        order.sort { (inventory.place(.instances, $0) ?? .max) < (inventory.place(.instances, $1) ?? .max) }
        for id in order {
            guard let record = inventory.find(.instances, id), let own = described[id] else { continue }
            if let instance = instance(record, id, own) { instances.append(instance) }
        }
        for id in described.keys.sorted() where inventory.find(.instances, id) == nil {
            guard let own = described[id], let first = own.first, let name = AWSName.of(id) else { continue }
            first.record.lost(
                "the instance `\(name)` is known by its interface only", "it is taken as running")
            instances.append(make(name, own, origin: first.record.origin))
        }
        let claimed = claimedInterfaces(of: vpc)
        for found in interfaces.all(in: vpc) where found.instance == nil && !claimed.contains(found.id) {
            if let instance = bare(found) { instances.append(instance) }
        }
        return instances
    }

    private func instance(_ record: Record, _ id: String, _ own: [DescribedInterface]) -> Instance? {
        guard let name = AWSName.of(id) else {
            record.error("the instance's id is no id of AWS")
            return nil
        }
        let state = record.record("State")?.text("Name") ?? "running"
        guard state == "running" else {
            if state != "terminated" {
                record.lost("the instance `\(name)` is \(ObjectName.shown(state))", "it is not in the lab")
            }
            return nil
        }
        var instance = make(name, own, origin: record.origin)
        if let options = record.record("MetadataOptions") {
            if options.text("HttpEndpoint") == "disabled" {
                options.lost(
                    "the instance `\(name)` has its metadata service turned off",
                    "in the lab 169.254.169.254 answers it")
            }
            if let limit = options.integer("HttpPutResponseHopLimit"), 1...64 ~= limit {
                instance.metadataHopLimit = limit
            }
        }
        return instance
    }

    private func make(_ name: String, _ own: [DescribedInterface], origin: Origin) -> Instance {
        let sorted = own.sorted { $0.deviceIndex < $1.deviceIndex }
        return Instance(
            name: name, interface: sorted[0].interface, secondaryInterfaces: sorted.dropFirst().map(\.interface),
            origin: origin)
    }

    /// An interface of something that has no id here.
    private func bare(_ found: DescribedInterface) -> Instance? {
        // A transit gateway's own interface answers nobody, in AWS as in the lab.
        guard found.type != "transit_gateway" else { return nil }
        guard found.isInUse else {
            found.record.lost("the interface `\(found.name)` is attached to nothing", "it is not in the lab")
            return nil
        }
        // AWS's own: these begin nothing, and an instance would.
        let isManaged = found.description.hasPrefix("ELB ") || Self.passiveTypes.contains(found.type)
        guard !found.interface.securityGroups.isEmpty, !isManaged else {
            found.record.lost(
                "the interface `\(found.name)` (\(ObjectName.shown(found.type)): "
                    + "\(ObjectName.shown(found.description))) belongs to something that is not in the folder",
                "packets to \(found.interface.privateAddress) find nobody")
            return nil
        }
        return Instance(name: found.name, interface: found.interface, origin: found.record.origin)
    }

    private static let passiveTypes: Set<String> = [
        "vpc_endpoint", "gateway_load_balancer_endpoint", "gateway_load_balancer", "network_load_balancer",
        "load_balancer", "nat_gateway",
    ]

    /// The interfaces that other nouns speak of.
    private func claimedInterfaces(of vpc: String) -> Set<String> {
        var claimed: Set<String> = []
        for record in places.all(.natGateways, in: vpc) {
            claimed.formUnion(record.records("NatGatewayAddresses").compactMap { $0.text("NetworkInterfaceId") })
        }
        for record in places.all(.endpoints, in: vpc) {
            claimed.formUnion(record.texts("NetworkInterfaceIds"))
        }
        claimed.formUnion(undescribedEndpointInterfaces(of: vpc).values.joined().map(\.id))
        for record in places.all(.loadBalancers, in: vpc) {
            claimed.formUnion(loadBalancerInterfaces(record).map(\.id))
        }
        return claimed
    }
}

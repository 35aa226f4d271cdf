import CloudModel
import IPAddressing

/// A network interface as described, wherever: in a list of its own or inside an instance.
struct DescribedInterface {
    let record: Record
    let id: String
    /// The id as a name.
    let name: String
    let vpc: String
    /// `interface`, `nat_gateway`, `network_load_balancer`, `transit_gateway`, `lambda`…
    let type: String
    let description: String
    let isInUse: Bool
    /// The instance it is attached to, and as which device.
    let instance: String?
    let deviceIndex: Int
    let interface: NetworkInterface
}

/// All interfaces of a folder.
struct InterfaceCatalog {
    private(set) var all: [DescribedInterface] = []
    private var places: [String: Int] = [:]

    subscript(id: String) -> DescribedInterface? { places[id].map { all[$0] } }

    init(_ inventory: Inventory) {
        let elasticIPs = Self.elasticIPs(inventory)
        for record in inventory[.networkInterfaces] {
            add(record, instance: record.record("Attachment")?.text("InstanceId"), elasticIPs, inventory)
        }
        for instance in inventory[.instances] {
            for record in instance.records("NetworkInterfaces") {
                add(record, instance: instance.text("InstanceId"), elasticIPs, inventory)
            }
        }
    }

    private mutating func add(
        _ record: Record, instance: String?, _ elasticIPs: [ElasticIPPlace: IPv4Address], _ inventory: Inventory
    ) {
        guard let id = record.need("NetworkInterfaceId", "an interface"), places[id] == nil else { return }
        guard let name = AWSName.of(id) else { return record.error("the interface's id is no id of AWS") }
        guard record.has("PrivateIpAddress") || !record.records("PrivateIpAddresses").isEmpty else {
            return record.lost("the interface `\(name)` has no IPv4 address", "the lab is IPv4 only: it is missing")
        }
        guard
            let vpc = record.need("VpcId", "the interface `\(name)`"),
            let subnet = record.need("SubnetId", "the interface `\(name)`").flatMap(AWSName.of),
            let addresses = addresses(record, id, elasticIPs), let first = addresses.first
        else { return }
        guard inventory.find(.subnets, subnet) != nil else {
            if inventory.describes(.subnets), inventory.find(.vpcs, vpc) != nil {
                record.lost(
                    "the interface `\(name)` stands in `\(subnet)`, which is not in the folder", "it is not in the lab")
            }
            return
        }
        if !record.records("Ipv6Addresses").isEmpty {
            record.lost("the interface `\(name)` has IPv6 addresses", "the lab is IPv4 only: they are missing")
        }
        places[id] = all.count
        all.append(
            DescribedInterface(
                record: record, id: id, name: name, vpc: vpc, type: record.text("InterfaceType") ?? "interface",
                description: record.text("Description") ?? "",
                isInUse: record.text("Status").map { $0 == "in-use" || $0 == "associated" } ?? true,
                instance: instance, deviceIndex: record.record("Attachment")?.integer("DeviceIndex") ?? 0,
                interface: NetworkInterface(
                    name: name, subnet: subnet, privateAddress: first.privateAddress,
                    publicAddress: first.publicAddress, secondaryAddresses: Array(addresses.dropFirst()),
                    securityGroups: Self.unique(
                        record.records("Groups").compactMap { $0.text("GroupId").flatMap(AWSName.of) }),
                    sourceDestinationCheck: record.flag("SourceDestCheck") ?? true)))
    }

    /// The private addresses, the primary one first, each with its public one.
    private func addresses(
        _ record: Record, _ id: String, _ elasticIPs: [ElasticIPPlace: IPv4Address]
    ) -> [SecondaryAddress]? {
        let primary = record.address("PrivateIpAddress")
        var addresses: [SecondaryAddress] = []
        for entry in record.records("PrivateIpAddresses") + (record.has("PrivateIpAddresses") ? [] : [record]) {
            guard let address = entry.address("PrivateIpAddress") else { return nil }
            let association = entry.record("Association") ?? (address == primary ? record.record("Association") : nil)
            if association?.has("CarrierIp") == true {
                entry.lost("\(address) has a carrier address", "the lab has no carrier gateway: it is missing")
            }
            let pair = SecondaryAddress(
                privateAddress: address,
                publicAddress: association?.address("PublicIp") ?? elasticIPs[ElasticIPPlace(id, address)])
            guard !addresses.contains(where: { $0.privateAddress == address }) else { continue }
            if entry.flag("Primary") == true || address == primary {
                addresses.insert(pair, at: 0)
            } else {
                addresses.append(pair)
            }
        }
        return addresses.isEmpty ? nil : addresses
    }

    /// Elastic IPs by the interface and private address they are associated with.
    private static func elasticIPs(_ inventory: Inventory) -> [ElasticIPPlace: IPv4Address] {
        var places: [ElasticIPPlace: IPv4Address] = [:]
        for record in inventory[.addresses] {
            guard let id = record.text("NetworkInterfaceId"), let address = record.address("PrivateIpAddress") else {
                continue
            }
            places[ElasticIPPlace(id, address)] = record.address("PublicIp")
        }
        return places
    }

    static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

private struct ElasticIPPlace: Hashable {
    let interface: String
    let address: IPv4Address

    init(_ interface: String, _ address: IPv4Address) {
        self.interface = interface
        self.address = address
    }
}

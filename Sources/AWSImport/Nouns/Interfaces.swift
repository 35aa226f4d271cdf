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
    private var byVPC: [String: [Int]] = [:]
    private var byDescription: [String: [Int]] = [:]
    private var homes: [String: (device: Int, vpc: String)] = [:]

    subscript(id: String) -> DescribedInterface? { places[id].map { all[$0] } }

    func all(in vpc: String) -> [DescribedInterface] { (byVPC[vpc] ?? []).map { all[$0] } }

    /// The VPC of an instance's first interface.
    func home(ofInstance id: String) -> String? { homes[id]?.vpc }

    func all(describedAs text: String) -> [DescribedInterface] { (byDescription[text] ?? []).map { all[$0] } }

    init(_ inventory: Inventory) {
        let elasticIPs = ElasticIPs(inventory)
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
        _ record: Record, instance: String?, _ elasticIPs: ElasticIPs, _ inventory: Inventory
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
        complainOfSettings(record, name)
        places[id] = all.count
        byVPC[vpc, default: []].append(all.count)
        byDescription[record.text("Description") ?? "", default: []].append(all.count)
        let device = record.record("Attachment")?.integer("DeviceIndex") ?? 0
        if let instance, device < homes[instance]?.device ?? .max { homes[instance] = (device, vpc) }
        all.append(
            DescribedInterface(
                record: record, id: id, name: name, vpc: vpc, type: record.text("InterfaceType") ?? "interface",
                description: record.text("Description") ?? "",
                isInUse: record.text("Status").map { $0 == "in-use" || $0 == "associated" } ?? true,
                instance: instance, deviceIndex: device,
                interface: NetworkInterface(
                    name: name, subnet: subnet, privateAddress: first.privateAddress,
                    publicAddress: first.publicAddress, secondaryAddresses: Array(addresses.dropFirst()),
                    securityGroups: Self.unique(
                        record.records("Groups").compactMap { $0.text("GroupId").flatMap(AWSName.of) }),
                    sourceDestinationCheck: record.flag("SourceDestCheck") ?? true)))
    }

    private func complainOfSettings(_ record: Record, _ name: String) {
        if !record.records("Ipv4Prefixes").isEmpty {
            let blocks = record.records("Ipv4Prefixes").compactMap { $0.text("Ipv4Prefix") }.joined(separator: ", ")
            record.lost(
                "the interface `\(name)` is delegated the blocks \(ObjectName.shown(blocks))",
                "the lab knows single addresses only: packets to these find nobody")
        }
        if let timers = record.record("ConnectionTrackingConfiguration") {
            let usual = ["TcpEstablishedTimeout": 432_000, "UdpStreamTimeout": 180, "UdpTimeout": 30]
            for (key, seconds) in usual.sorted(by: { $0.key < $1.key }) {
                guard let own = timers.integer(key), own != seconds else { continue }
                timers.lost(
                    "the interface `\(name)` has a `\(key)` of \(own) seconds",
                    "the lab forgets its flows after AWS's usual \(seconds)")
            }
        }
    }

    /// The private addresses, the primary one first, each with its public one.
    private func addresses(
        _ record: Record, _ id: String, _ elasticIPs: ElasticIPs
    ) -> [SecondaryAddress]? {
        let primary = record.address("PrivateIpAddress")
        var addresses: [SecondaryAddress] = []
        var seen: Set<IPv4Address> = []
        for entry in record.records("PrivateIpAddresses") + (record.has("PrivateIpAddresses") ? [] : [record]) {
            guard let address = entry.address("PrivateIpAddress") else { return nil }
            let association = entry.record("Association") ?? (address == primary ? record.record("Association") : nil)
            if association?.has("CarrierIp") == true {
                entry.lost("\(address) has a carrier address", "the lab has no carrier gateway: it is missing")
            }
            if association?.has("CustomerOwnedIp") == true {
                entry.lost("\(address) has a customer-owned address", "the lab has no local gateway: it is missing")
            }
            let pair = SecondaryAddress(
                privateAddress: address,
                publicAddress: association?.address("PublicIp") ?? elasticIPs.of(id, address))
            guard seen.insert(address).inserted else { continue }
            if entry.flag("Primary") == true || address == primary {
                addresses.insert(pair, at: 0)
            } else {
                addresses.append(pair)
            }
        }
        guard !addresses.isEmpty else { return nil }
        addresses[0].publicAddress = addresses[0].publicAddress ?? elasticIPs.ofPrimary(id)
        return addresses
    }

    static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

/// Elastic IPs by the interface and private address they are associated with.
private struct ElasticIPs {
    private struct Place: Hashable {
        let interface: String
        let address: IPv4Address
    }

    private var places: [Place: IPv4Address] = [:]
    /// Of descriptions that name the interface alone.
    private var primaries: [String: IPv4Address] = [:]

    init(_ inventory: Inventory) {
        for record in inventory[.addresses] {
            guard let id = record.text("NetworkInterfaceId"), let own = record.address("PublicIp") else { continue }
            if let address = record.address("PrivateIpAddress") {
                places[Place(interface: id, address: address)] = own
            } else {
                primaries[id] = own
            }
        }
    }

    func of(_ interface: String, _ address: IPv4Address) -> IPv4Address? {
        places[Place(interface: interface, address: address)]
    }

    func ofPrimary(_ interface: String) -> IPv4Address? { primaries[interface] }
}

import CloudModel
import IPAddressing

extension CloudBuilder {
    func natGateways(of vpc: String) -> [NATGateway] {
        inventory[.natGateways].filter { $0.text("VpcId") == vpc }.compactMap { record in
            guard let name = record.text("NatGatewayId").flatMap(AWSName.of) else {
                record.error("the NAT gateway's id is no id of AWS")
                return nil
            }
            guard isAlive(record) else {
                if record.text("State") != "deleted" {
                    record.lost(
                        "the NAT gateway `\(name)` is \(ObjectName.shown(record.text("State") ?? ""))",
                        "it is not in the lab")
                }
                return nil
            }
            return natGateway(record, name)
        }
    }

    private func natGateway(_ record: Record, _ name: String) -> NATGateway? {
        guard record.text("AvailabilityMode") != "regional" else {
            record.lost(
                "the NAT gateway `\(name)` is regional", "the lab has zonal ones only: packets sent to it are dropped")
            return nil
        }
        let entries = record.records("NatGatewayAddresses")
        guard let subnet = record.need("SubnetId", "the NAT gateway `\(name)`").flatMap(AWSName.of) else { return nil }
        guard inventory.find(.subnets, subnet) != nil else {
            record.lost(
                "the NAT gateway `\(name)` stands in `\(subnet)`, which is not in the folder", "it is not in the lab")
            return nil
        }
        let first = entries.first { $0.flag("IsPrimary") == true } ?? entries.first
        let interface = first?.text("NetworkInterfaceId").flatMap { interfaces[$0]?.interface }
        guard let address = first?.address("PrivateIp") ?? interface?.privateAddress else {
            record.lost("the private address of the NAT gateway `\(name)` is not described", "it is not in the lab")
            return nil
        }
        if entries.count > 1 {
            record.lost(
                "the NAT gateway `\(name)` has \(entries.count) addresses",
                "the lab uses \(address) alone, so it runs out of ports sooner")
        }
        let isPrivate = record.text("ConnectivityType") == "private"
        let publicAddress = isPrivate ? nil : first?.address("PublicIp") ?? interface?.publicAddress
        if !isPrivate, publicAddress == nil {
            record.lost(
                "the public NAT gateway `\(name)` has no Elastic IP", "nothing passes the Internet gateway from it")
        }
        return NATGateway(
            name: name, subnet: subnet, privateAddress: address, elasticIP: publicAddress, origin: record.origin)
    }
}

import CloudModel
import IPAddressing

extension CloudBuilder {
    func natGateways(of vpc: String) -> [NATGateway] {
        places.all(.natGateways, in: vpc).compactMap { record in
            guard let name = record.text("NatGatewayId").flatMap(AWSName.of) else {
                record.error("the NAT gateway's id is no id of AWS")
                return nil
            }
            return isThere(record, "NAT gateway", "NatGatewayId") ? natGateway(record, name) : nil
        }
    }

    private func natGateway(_ record: Record, _ name: String) -> NATGateway? {
        guard record.text("AvailabilityMode") != "regional" else {
            record.lost(
                "the NAT gateway `\(name)` is regional", "the lab has zonal ones only: packets sent to it are dropped")
            return nil
        }
        let entries = addresses(record, name)
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
            let others = entries.compactMap { $0.text("PublicIp") ?? $0.text("PrivateIp") }.filter {
                $0 != first?.text("PublicIp") && $0 != first?.text("PrivateIp")
            }
            record.lost(
                "the NAT gateway `\(name)` has \(entries.count) addresses: besides \(address), "
                    + ObjectName.shown(others.joined(separator: ", ")),
                "the lab uses \(address) alone: it runs out of ports sooner, and the others are never a sender's")
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

    /// The gateway's addresses that work; one that could not be had is named.
    private func addresses(_ record: Record, _ name: String) -> [Record] {
        record.records("NatGatewayAddresses").filter { entry in
            let status = entry.text("Status") ?? "succeeded"
            guard ["succeeded", "assigning", "associating"].contains(status) else {
                entry.lost(
                    "an address of the NAT gateway `\(name)` "
                        + "(\(ObjectName.shown(entry.text("PrivateIp") ?? entry.text("AllocationId") ?? "unknown"))) is "
                        + ObjectName.shown(status), "it is not in the lab")
                return false
            }
            return true
        }
    }
}

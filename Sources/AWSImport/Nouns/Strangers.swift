import CloudModel

extension CloudBuilder {
    /// Things whose VPC the folder does not describe, and things the lab has no noun for.
    func complainOfStrangers() {
        let vpcs = Set(inventory[.vpcs].compactMap { $0.text("VpcId") })
        let owned: [Noun] = [
            .subnets, .routeTables, .natGateways, .networkInterfaces, .securityGroups, .networkACLs, .endpoints,
            .loadBalancers, .targetGroups,
        ]
        for noun in owned {
            for record in inventory[noun] {
                guard let vpc = record.text("VpcId"), !vpcs.contains(vpc) else { continue }
                let id = noun.idKeys.first.flatMap { record.text($0) } ?? ""
                record.lost(
                    "`\(ObjectName.shown(id))` belongs to `\(ObjectName.shown(vpc))`, which is not in the folder",
                    "it is not in the lab")
            }
        }
        for record in inventory[.addresses] where !record.has("AssociationId") && !record.has("NetworkInterfaceId") {
            record.lost(
                "the Elastic IP \(ObjectName.shown(record.text("PublicIp") ?? "")) is associated with nothing",
                "packets to it find nobody, in AWS as in the lab")
        }
        for record in inventory[.directConnectGateways] {
            record.lost(
                "`\(ObjectName.shown(record.text("directConnectGatewayId") ?? ""))` is a Direct Connect gateway",
                "its packets leave the lab at the virtual private gateway or transit gateway it is tied to")
        }
        complainOfHiddenServices()
    }

    /// Databases and search domains are described without addresses: only their interfaces count.
    private func complainOfHiddenServices() {
        let interfaces = self.interfaces.all
        for record in inventory[.databases]
        where !interfaces.contains(where: { $0.description == "RDSNetworkInterface" }) {
            record.lost(
                "the database `\(ObjectName.shown(record.text("DBInstanceIdentifier") ?? ""))` has no interface here",
                "it cannot be reached in the lab; add what `aws ec2 describe-network-interfaces` prints")
        }
        for record in inventory[.searchDomains] where !interfaces.contains(where: { $0.description.hasPrefix("ES ") }) {
            record.lost(
                "the search domain `\(ObjectName.shown(record.text("DomainName") ?? ""))` has no interface here",
                "it cannot be reached in the lab; add what `aws ec2 describe-network-interfaces` prints")
        }
    }
}

import CloudModel
import IPAddressing

extension CloudBuilder {
    func subnetRecords(of vpc: String) -> [Record] {
        inventory[.subnets].filter { $0.text("VpcId") == vpc && isAlive($0) }
    }

    func zone(_ record: Record) -> String {
        let name = record.text("AvailabilityZone") ?? record.text("AvailabilityZoneId") ?? "a"
        return ObjectName.faultOfZone(name) == nil ? name : "a"
    }

    func subnet(_ record: Record, in vpc: VPC, id vpcID: String) -> Subnet? {
        guard let id = record.text("SubnetId"), let name = AWSName.of(id) else {
            record.error("the subnet's id is no id of AWS")
            return nil
        }
        guard record.has("CidrBlock") || !record.flag("Ipv6Native", or: false) else {
            record.lost("the subnet `\(name)` is IPv6 only", "the lab is IPv4 only: it and all in it are missing")
            return nil
        }
        guard record.need("CidrBlock", "the subnet `\(name)`") != nil, let block = record.block("CidrBlock") else {
            return nil
        }
        let main = vpc.routeTables.first(where: \.isMain)?.name ?? RouteTable.impliedMain
        return Subnet(
            name: name, cidrBlock: block, zone: zone(record),
            routeTable: associations(.routeTables, "Associations", with: id, in: vpcID, id: "RouteTableId") ?? main,
            networkACL: associations(.networkACLs, "Associations", with: id, in: vpcID, id: "NetworkAclId"),
            origin: record.origin)
    }

    /// The route table or network ACL that a subnet is explicitly associated with.
    private func associations(_ noun: Noun, _ key: String, with subnet: String, in vpc: String, id: String) -> String? {
        for record in inventory[noun] where record.text("VpcId") == vpc {
            for association in record.records(key) where association.text("SubnetId") == subnet {
                let state = association.record("AssociationState")?.text("State") ?? "associated"
                if state == "associated" || state == "associating" { return record.text(id).flatMap(AWSName.of) }
            }
        }
        return nil
    }
}

extension Record {
    func flag(_ key: String, or other: Bool) -> Bool { flag(key) ?? other }
}

extension RouteTable {
    /// What the main table is called where no description names it.
    static let impliedMain = "rtb-main"
}

import CloudModel
import IPAddressing

extension CloudBuilder {
    func subnetRecords(of vpc: String) -> [Record] {
        places.all(.subnets, in: vpc).filter { isThere($0, "subnet", "SubnetId") }
    }

    func zone(_ record: Record) -> String { Self.zone(record) }

    static func zone(_ record: Record) -> String {
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
        complainOfSettings(ofSubnet: record, name)
        let main = vpc.routeTables.first(where: \.isMain)?.name ?? RouteTable.impliedMain
        return Subnet(
            name: name, cidrBlock: block, zone: zone(record),
            routeTable: places.association(.routeTables, with: id, in: vpcID) ?? main,
            networkACL: places.association(.networkACLs, with: id, in: vpcID),
            origin: record.origin)
    }

    /// A VPC always has a default list; a folder may lack it.
    func complainOfMissingList(of vpc: VPC) {
        guard inventory.describes(.networkACLs), !vpc.networkACLs.contains(where: \.isDefault) else { return }
        let bare = vpc.subnets.filter { $0.networkACL == nil }.map { "`\($0.name)`" }
        guard !bare.isEmpty else { return }
        let shown = bare.prefix(4).joined(separator: ", ") + (bare.count > 4 ? " and \(bare.count - 4) more" : "")
        ledger.add(
            .warning, vpc.origin, "no network ACL of \(shown) is described, and `\(vpc.name)` has no default one here",
            hint: "everything passes there; add what `aws ec2 describe-network-acls` prints")
    }

    private func complainOfSettings(ofSubnet record: Record, _ name: String) {
        if !record.records("Ipv6CidrBlockAssociationSet").isEmpty {
            record.lost("the subnet `\(name)` has IPv6 blocks", "the lab is IPv4 only: they are missing")
        }
        complainOfBlockedAccess(record, "the subnet `\(name)`")
        if record.text("OutpostArn")?.isEmpty == false {
            record.lost(
                "the subnet `\(name)` is on an Outpost",
                "the lab has no local gateway and no customer-owned addresses: ways through them are missing")
        }
        let zone = record.text("AvailabilityZone") ?? record.text("AvailabilityZoneId")
        if let zone, ObjectName.faultOfZone(zone) != nil {
            record.lost(
                "the zone \(ObjectName.shown(zone)) of the subnet `\(name)` is no zone of AWS",
                "it is taken as zone `a`")
        }
    }
}

extension Record {
    func flag(_ key: String, or other: Bool) -> Bool { flag(key) ?? other }
}

extension RouteTable {
    /// What the main table is called where no description names it.
    static let impliedMain = "rtb-main"
}

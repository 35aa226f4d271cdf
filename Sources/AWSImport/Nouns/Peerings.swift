import CloudModel

extension CloudBuilder {
    /// Active peerings between two VPCs of the folder.
    func peerings(among vpcs: Set<String>) -> [VPCPeering] {
        inventory[.peerings].compactMap { record in
            guard let name = record.text("VpcPeeringConnectionId").flatMap(AWSName.of) else {
                record.error("the peering connection's id is no id of AWS")
                return nil
            }
            let status = record.record("Status")?.text("Code") ?? "active"
            guard status == "active" else {
                if !["deleted", "rejected", "expired", "failed"].contains(status) {
                    record.lost("the peering `\(name)` is \(ObjectName.shown(status))", "it carries nothing")
                }
                return nil
            }
            guard
                let requester = record.record("RequesterVpcInfo")?.text("VpcId"),
                let accepter = record.record("AccepterVpcInfo")?.text("VpcId")
            else {
                record.error("the peering `\(name)` does not name both its VPCs")
                return nil
            }
            if let missing = [requester, accepter].first(where: { !vpcs.contains($0) }) {
                record.lost(
                    "the peering `\(name)` leads to `\(ObjectName.shown(missing))`, which is not in the folder",
                    "packets to it are dropped; add the description of that VPC's account and region")
                return nil
            }
            guard let requesterName = AWSName.of(requester), let accepterName = AWSName.of(accepter) else { return nil }
            return VPCPeering(name: name, requester: requesterName, accepter: accepterName, origin: record.origin)
        }
    }
}

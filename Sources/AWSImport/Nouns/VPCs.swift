import CloudModel

extension CloudBuilder {
    /// What is set for a whole VPC, and the lab does not know.
    func complainOfSettings(of record: Record, _ name: String) {
        complainOfBlockedAccess(record, "`\(name)`")
        complainOfSharing(of: record, name)
        guard let id = record.text("DhcpOptionsId"), let options = inventory.find(.dhcpOptions, id) else { return }
        for option in options.records("DhcpConfigurations") {
            let key = option.text("Key") ?? ""
            let values = option.records("Values").compactMap { $0.text("Value") }
            let isUsual =
                switch key {
                case "domain-name-servers": values == ["AmazonProvidedDNS"]
                case "domain-name": values.allSatisfy { $0.hasSuffix("compute.internal") || $0 == "ec2.internal" }
                case "ntp-servers", "netbios-node-type", "netbios-name-servers", "ipv6-address-preferred-lease-time":
                    true
                default: false
                }
            if isUsual { continue }
            let shown = ObjectName.shown(values.joined(separator: ", "))
            option.lost(
                "the DHCP options `\(ObjectName.shown(id))` of `\(name)` set `\(ObjectName.shown(key))` to \(shown)",
                "the lab's nodes ask the VPC's own resolver, and names are those of the lab")
        }
    }

    /// VPC Block Public Access, as the VPC and each subnet say whether it is on for them.
    func complainOfBlockedAccess(_ record: Record, _ what: String) {
        guard let mode = record.record("BlockPublicAccessStates")?.text("InternetGatewayBlockMode"), mode != "off"
        else {
            return
        }
        record.lost(
            "VPC Block Public Access of \(what) is \(ObjectName.shown(mode))",
            "the lab does not block: what it lets through the Internet gateway, AWS drops")
    }

    /// A participant in a shared VPC sees its own things only.
    private func complainOfSharing(of record: Record, _ name: String) {
        guard let vpc = record.text("VpcId") else { return }
        var owners = Set([record.text("OwnerId")].compactMap { $0 })
        owners.formUnion(places.all(.subnets, in: vpc).compactMap { $0.text("OwnerId") })
        owners.formUnion(interfaces.all(in: vpc).compactMap { $0.record.text("OwnerId") })
        guard owners.count > 1 else { return }
        let shown = owners.sorted().prefix(4).map { "`\(ObjectName.shown($0))`" }.joined(separator: ", ")
        record.lost(
            "`\(name)` is shared by the accounts \(shown)\(owners.count > 4 ? " and others" : "")",
            "each describes its own things only: what no file of the folder describes is missing")
    }
}

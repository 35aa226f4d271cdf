import CloudModel

extension CloudBuilder {
    /// Things whose VPC the folder does not describe, and things the lab has no noun for.
    func complainOfStrangers() {
        complainOfUnowned()
        for record in inventory[.instances] { complainOfMissingInterface(record) }
        for record in inventory[.addresses] { complain(ofAddress: record) }
        for record in inventory[.listeners] {
            if let arn = record.text("LoadBalancerArn"), inventory.find(.loadBalancers, arn) != nil { continue }
            record.lost(
                "the listener `\(shown(record, "ListenerArn"))` belongs to a load balancer that is not in the folder",
                "it is not in the lab")
        }
        for record in inventory[.classicLoadBalancers] {
            record.lost(
                "`\(shown(record, "LoadBalancerName"))` is a classic load balancer",
                "the lab has none of these: it is missing")
        }
        for record in inventory[.vpnConnections] where isThere(record, "VPN connection", "VpnConnectionId") {
            record.lost(
                "`\(shown(record, "VpnConnectionId"))` is a VPN connection to `\(shown(record, "CustomerGatewayId"))`",
                "its tunnels are always up, and packets leave the lab there: nothing answers behind them")
        }
        complainOfDirectConnect()
        complainOfHiddenServices()
    }

    /// Keys of descriptions that no part of this reader knows.
    func complainOfStrangeKeys() {
        for (key, found) in inventory.strangeKeys {
            let own = key.noun.idKeys.lazy.compactMap { found.first.text($0) }.first
            let id = (own ?? Unreproduced.id(of: found.first)).map { " of `\(ObjectName.shown($0))`" } ?? ""
            let others = found.count > 1 ? " and \(found.count - 1) more" : ""
            found.first.lost(
                "`\(ObjectName.shown(key.path))`\(id)\(others) is not understood and not used",
                "if packets depend on it, the lab differs from AWS")
        }
    }

    private func shown(_ record: Record, _ key: String) -> String { ObjectName.shown(record.text(key) ?? "") }

    private func complainOfUnowned() {
        let vpcs = Set(inventory[.vpcs].compactMap { $0.text("VpcId") })
        for noun in Places.ownedNouns {
            for record in inventory[noun] {
                let id = noun.idKeys.first.map { shown(record, $0) } ?? ""
                guard let vpc = record.text("VpcId"), !vpc.isEmpty else {
                    // A target group of functions has none, and a regional description of a subnet always one.
                    record.lost("`\(id)` of `\(noun.rawValue)` does not say its VPC", "it is not in the lab")
                    continue
                }
                if vpcs.contains(vpc) { continue }
                record.lost(
                    "`\(id)` belongs to `\(ObjectName.shown(vpc))`, which is not in the folder", "it is not in the lab")
            }
        }
    }

    /// An instance is where its interfaces are.
    private func complainOfMissingInterface(_ record: Record) {
        let state = record.record("State")?.text("Name") ?? "running"
        guard let id = record.text("InstanceId"), interfaces.home(ofInstance: id) == nil, state != "terminated" else {
            return
        }
        record.lost(
            "the instance `\(ObjectName.shown(id))` (\(ObjectName.shown(state))) has no IPv4 interface here",
            "it is not in the lab")
    }

    private func complain(ofAddress record: Record) {
        let address = shown(record, "PublicIp")
        guard record.has("AssociationId") || record.has("NetworkInterfaceId") else {
            return record.lost(
                "the Elastic IP \(address) is associated with nothing",
                "packets to it find nobody, in AWS as in the lab")
        }
        if let id = record.text("NetworkInterfaceId"), interfaces[id] != nil { return }
        record.lost(
            "the Elastic IP \(address) is associated with "
                + "`\(ObjectName.shown(record.text("NetworkInterfaceId") ?? record.text("InstanceId") ?? "nothing that is named"))`, "
                + "which is not in the folder", "packets to it find nobody")
    }

    private func complainOfDirectConnect() {
        let consequence = "its packets leave the lab at the virtual private gateway or transit gateway it is tied to"
        for record in inventory[.directConnectGateways] {
            record.lost("`\(shown(record, "directConnectGatewayId"))` is a Direct Connect gateway", consequence)
        }
        for record in inventory[.virtualInterfaces] {
            record.lost(
                "`\(shown(record, "virtualInterfaceId"))` is a virtual interface of Direct Connect", consequence)
        }
        for record in inventory[.directConnectGatewayAttachments] {
            record.lost(
                "`\(shown(record, "virtualInterfaceId"))` is attached to `\(shown(record, "directConnectGatewayId"))`",
                consequence)
        }
        for record in inventory[.directConnectGatewayAssociations] {
            record.lost(
                "`\(shown(record, "directConnectGatewayId"))` is associated with "
                    + "`\(shown(record, "virtualGatewayId"))\(record.record("associatedGateway").map { shown($0, "id") } ?? "")`",
                "what it announces is known by the propagated routes of the tables alone")
        }
    }

    /// Databases and search domains are described without addresses: only their interfaces count.
    private func complainOfHiddenServices() {
        let hasDatabase = !interfaces.all(describedAs: "RDSNetworkInterface").isEmpty
        let hasSearch = interfaces.all.contains { $0.description.hasPrefix("ES ") }
        for record in inventory[.databases] where !hasDatabase {
            record.lost(
                "the database `\(shown(record, "DBInstanceIdentifier"))` has no interface here",
                "it cannot be reached in the lab; add what `aws ec2 describe-network-interfaces` prints")
        }
        for record in inventory[.searchDomains] where !hasSearch {
            record.lost(
                "the search domain `\(shown(record, "DomainName"))` has no interface here",
                "it cannot be reached in the lab; add what `aws ec2 describe-network-interfaces` prints")
        }
    }
}

import CloudModel

extension CloudBuilder {
    func endpoints(of vpc: String) -> [VPCEndpoint] {
        inventory[.endpoints].filter { $0.text("VpcId") == vpc }.compactMap { record in
            guard let name = record.text("VpcEndpointId").flatMap(AWSName.of) else {
                record.error("the endpoint's id is no id of AWS")
                return nil
            }
            guard isAlive(record) else {
                if record.text("State")?.lowercased() != "deleted" {
                    record.lost(
                        "the endpoint `\(name)` is \(ObjectName.shown(record.text("State") ?? ""))",
                        "it is not in the lab")
                }
                return nil
            }
            let service = record.text("ServiceName") ?? ""
            switch record.text("VpcEndpointType") ?? "Gateway" {
            case "Gateway":
                guard let list = prefixList(ofService: service, endpoint: record) else { return nil }
                return VPCEndpoint(
                    name: name, service: service, kind: .gateway(prefixList: list), origin: record.origin)
            case "Interface":
                let own = record.texts("NetworkInterfaceIds").compactMap { id -> NetworkInterface? in
                    if let interface = interfaces[id]?.interface { return self.interface(interface, of: name) }
                    record.lost(
                        "the interface `\(ObjectName.shown(id))` of the endpoint `\(name)` is not described",
                        "the endpoint is missing in its subnet")
                    return nil
                }
                guard !own.isEmpty else {
                    record.lost("the endpoint `\(name)` has no interface here", "it is not in the lab")
                    return nil
                }
                return VPCEndpoint(name: name, service: service, kind: .interface(own), origin: record.origin)
            case let type:
                record.lost(
                    "the endpoint `\(name)` is of the type \(ObjectName.shown(type))",
                    "the lab has none of these: packets sent to it are dropped")
                return nil
            }
        }
    }

    /// Called as a lab file calls it, `<endpoint>-<zone>`: an endpoint has one in a zone.
    private func interface(_ interface: NetworkInterface, of endpoint: String) -> NetworkInterface {
        var interface = interface
        let zone = inventory[.subnets].first { $0.text("SubnetId") == interface.subnet }.map(self.zone)
        interface.name = "\(endpoint)-\(zone ?? "a")"
        return interface
    }

    /// The prefix list of the endpoint's service, by its name, or the one that a route to the endpoint has.
    private func prefixList(ofService service: String, endpoint: Record) -> String? {
        let region = endpoint.file.region
        let named = inventory[.prefixLists].filter { $0.text("PrefixListName") == service }
        let near = named.first { $0.file.region == region } ?? named.first
        if let id = near?.text("PrefixListId"), let list = prefixLists[id] { return list.name }
        let id = endpoint.text("VpcEndpointId")
        for route in inventory[.routeTables].flatMap({ $0.records("Routes") }) where route.text("GatewayId") == id {
            if let list = route.text("DestinationPrefixListId").flatMap({ prefixLists[$0] }) { return list.name }
        }
        endpoint.lost(
            "the prefix list of the service \(ObjectName.shown(service)) is not described",
            "the endpoint is missing; add what `aws ec2 describe-prefix-lists` prints")
        return nil
    }
}

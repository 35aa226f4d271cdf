import CloudModel

extension CloudBuilder {
    func endpoints(of vpc: String) -> [VPCEndpoint] {
        places.all(.endpoints, in: vpc).compactMap { record in
            guard let name = record.text("VpcEndpointId").flatMap(AWSName.of) else {
                record.error("the endpoint's id is no id of AWS")
                return nil
            }
            guard isThere(record, "endpoint", "VpcEndpointId") else { return nil }
            let service = AWSName.printable(record.text("ServiceName") ?? "")
            complainOfSettings(ofEndpoint: record, name)
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
                return VPCEndpoint(
                    name: name, service: service, kind: .interface(onePerSubnet(own, of: name, record)),
                    origin: record.origin)
            case let type:
                record.lost(
                    "the endpoint `\(name)` is of the type \(ObjectName.shown(type))",
                    "the lab has none of these: packets sent to it are dropped")
                return nil
            }
        }
    }

    /// Endpoints of which the folder has the interfaces alone: they answer and never begin anything, as any.
    func undescribedEndpoints(of vpc: String) -> [VPCEndpoint] {
        let found = undescribedEndpointInterfaces(of: vpc)
        return found.keys.sorted().compactMap { name in
            guard let own = found[name], let first = own.first else { return nil }
            first.record.lost(
                "the endpoint `\(name)` is known by its interface only", "what it leads to and its policy are not known"
            )
            return VPCEndpoint(
                name: name, service: "unknown",
                kind: .interface(onePerSubnet(own.map { interface($0.interface, of: name) }, of: name, first.record)),
                origin: first.record.origin)
        }
    }

    /// By the name of their endpoint, or their own where nothing tells it.
    func undescribedEndpointInterfaces(of vpc: String) -> [String: [DescribedInterface]] {
        let described = Set(places.all(.endpoints, in: vpc).flatMap { $0.texts("NetworkInterfaceIds") })
        var found: [String: [DescribedInterface]] = [:]
        for interface in interfaces.all(in: vpc) where interface.type == "vpc_endpoint" {
            guard interface.isInUse, !interface.interface.securityGroups.isEmpty, !described.contains(interface.id)
            else {
                continue
            }
            let id = interface.description.split(separator: " ").last.map(String.init) ?? ""
            if inventory.find(.endpoints, id) != nil { continue }
            found[id.hasPrefix("vpce-") ? AWSName.of(id) ?? interface.name : interface.name, default: []].append(
                interface)
        }
        return found
    }

    /// Called as a lab file calls it, `<endpoint>-<zone>`: an endpoint has one in a zone.
    private func interface(_ interface: NetworkInterface, of endpoint: String) -> NetworkInterface {
        var interface = interface
        interface.name = "\(endpoint)-\(places.zone(ofSubnet: interface.subnet) ?? "a")"
        return interface
    }

    /// An endpoint of the lab has one interface in a zone.
    private func onePerSubnet(_ own: [NetworkInterface], of name: String, _ record: Record) -> [NetworkInterface] {
        var seen: Set<String> = []
        return own.filter { interface in
            if seen.insert(interface.name).inserted { return true }
            record.lost(
                "the endpoint `\(name)` has a second interface in one zone, \(interface.privateAddress)",
                "the lab has one: packets to that address find nobody")
            return false
        }
    }

    private func complainOfSettings(ofEndpoint record: Record, _ name: String) {
        if let policy = record.text("PolicyDocument"), Self.restricts(policy) {
            record.lost(
                "the endpoint `\(name)` has a policy of its own",
                "the lab knows no callers and no requests: it lets all of them through")
        }
        if record.text("VpcEndpointType") == "Interface", record.flag("PrivateDnsEnabled") == true {
            record.lost(
                "the endpoint `\(name)` has private DNS",
                "the lab's resolver does not lead the service's own name to it: ask by its address")
        }
        if let type = record.text("IpAddressType"), type != "ipv4" {
            record.lost(
                "the endpoint `\(name)` is of the address type \(ObjectName.shown(type))", "the lab is IPv4 only")
        }
        if let region = record.text("ServiceRegion"), let own = record.file.region, region != own {
            record.lost(
                "the endpoint `\(name)` leads to the region \(ObjectName.shown(region))",
                "the lab's answers by itself, as near as any")
        }
    }

    /// AWS's own policy lets everybody do everything.
    private static func restricts(_ policy: String) -> Bool {
        let words = policy.filter { !$0.isWhitespace }
        guard !words.isEmpty else { return false }
        let allows = words.contains(#""Effect":"Allow""#) && words.contains(#""Action":"*""#)
        let everyone = words.contains(#""Principal":"*""#) || words.contains(#""Principal":{"AWS":"*"}"#)
        return !(allows && everyone && words.contains(#""Resource":"*""#)) || words.contains(#""Deny""#)
            || words.contains(#""Condition""#)
    }

    /// The prefix list of the endpoint's service, by its name, or the one that a route to the endpoint has.
    private func prefixList(ofService service: String, endpoint: Record) -> String? {
        let region = endpoint.file.region
        // Some services have a second list, of IPv6 blocks.
        func list(_ id: String?) -> PrefixList? {
            id.flatMap { prefixLists[$0] }.flatMap { $0.blocks.isEmpty ? nil : $0 }
        }
        let named = inventory[.prefixLists].filter {
            $0.text("PrefixListName") == service && list($0.text("PrefixListId")) != nil
        }
        let near = named.first { $0.file.region == region } ?? named.first
        if let list = list(near?.text("PrefixListId")) { return list.name }
        let lists = endpoint.text("VpcEndpointId").map(places.prefixLists(ofGateway:)) ?? []
        if let list = lists.lazy.compactMap({ list($0) }).first { return list.name }
        endpoint.lost(
            "the prefix list of the service \(ObjectName.shown(service)) is not described with its IPv4 blocks",
            "the endpoint is missing; add what `aws ec2 describe-prefix-lists` prints")
        return nil
    }
}

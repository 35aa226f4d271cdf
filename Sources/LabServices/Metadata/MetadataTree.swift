import IPAddressing

/// The folders and items of `/latest`, as one instance sees them.
indirect enum MetadataTree {
    case item(String)
    case folder([(name: String, tree: MetadataTree)])

    /// `nil` if there is nothing there. A folder answers with and without its last slash, an item only without.
    subscript(path: some StringProtocol) -> MetadataTree? {
        var tree = self
        for part in path.split(separator: "/") {
            guard case .folder(let entries) = tree, let entry = entries.first(where: { $0.name == part }) else {
                return nil
            }
            tree = entry.tree
        }
        if case .item = tree, path.hasSuffix("/") { return nil }
        return tree
    }

    /// An item's text; a folder's names, those of folders with a slash.
    var text: String {
        switch self {
        case .item(let text): text
        case .folder(let entries):
            entries.map { entry in
                if case .folder = entry.tree { entry.name + "/" } else { entry.name }
            }.joined(separator: "\n")
        }
    }

    init(_ instance: InstanceMetadata) {
        self = .folder([
            ("dynamic", .folder([("instance-identity", .folder([("document", .item(Self.identity(instance)))]))])),
            ("meta-data", .folder(Self.metadata(instance))),
        ])
    }

    private static func metadata(_ instance: InstanceMetadata) -> [(name: String, tree: MetadataTree)] {
        var entries: [(name: String, tree: MetadataTree)] = [
            ("ami-id", .item(instance.imageID)),
            ("ami-launch-index", .item("0")),
            ("hostname", .item(instance.hostname)),
            ("instance-id", .item(instance.instanceID)),
            ("instance-life-cycle", .item("on-demand")),
            ("instance-type", .item(instance.instanceType)),
            ("local-hostname", .item(instance.hostname)),
            ("local-ipv4", .item(instance.localAddress.description)),
            ("mac", .item(instance.mac)),
            (
                "network",
                .folder([
                    ("interfaces", .folder([("macs", .folder([(instance.mac, .folder(interface(instance)))]))]))
                ])
            ),
            (
                "placement",
                .folder([("availability-zone", .item(instance.zone)), ("region", .item(instance.region))])
            ),
            (
                "services",
                .folder([("domain", .item("amazonaws.com")), ("partition", .item("aws"))])
            ),
            ("security-groups", .item(instance.securityGroups.joined(separator: "\n"))),
        ]
        if let name = instance.publicHostname, let address = instance.publicAddress {
            entries += [("public-hostname", .item(name)), ("public-ipv4", .item(address.description))]
        }
        return entries.sorted { $0.name < $1.name }
    }

    private static func interface(_ instance: InstanceMetadata) -> [(name: String, tree: MetadataTree)] {
        var entries: [(name: String, tree: MetadataTree)] = [
            ("device-number", .item("0")),
            ("interface-id", .item(instance.interfaceID)),
            ("local-hostname", .item(instance.hostname)),
            ("local-ipv4s", .item(instance.localAddress.description)),
            ("mac", .item(instance.mac)),
            ("owner-id", .item(instance.accountID)),
            ("security-groups", .item(instance.securityGroups.joined(separator: "\n"))),
            ("subnet-id", .item(instance.subnetID)),
            ("subnet-ipv4-cidr-block", .item(instance.subnetCIDR)),
            ("vpc-id", .item(instance.vpcID)),
            ("vpc-ipv4-cidr-block", .item(instance.vpcCIDR)),
            ("vpc-ipv4-cidr-blocks", .item(instance.vpcCIDR)),
        ]
        if let name = instance.publicHostname, let address = instance.publicAddress {
            entries += [
                ("ipv4-associations", .folder([(address.description, .item(instance.localAddress.description))])),
                ("public-hostname", .item(name)),
                ("public-ipv4s", .item(address.description)),
            ]
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// AWS signs this document; nobody signs ours.
    private static func identity(_ instance: InstanceMetadata) -> String {
        let fields: [(String, String?)] = [
            ("accountId", instance.accountID),
            ("architecture", "x86_64"),
            ("availabilityZone", instance.zone),
            ("billingProducts", nil),
            ("devpayProductCodes", nil),
            ("imageId", instance.imageID),
            ("instanceId", instance.instanceID),
            ("instanceType", instance.instanceType),
            ("kernelId", nil),
            ("marketplaceProductCodes", nil),
            ("privateIp", instance.localAddress.description),
            ("ramdiskId", nil),
            ("region", instance.region),
            ("version", "2017-09-30"),
        ]
        let lines = fields.map { "  \(jsonQuoted($0)) : \($1.map(jsonQuoted) ?? "null")" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}"
    }
}

public import IPAddressing

/// What one EC2 instance is told about itself at 169.254.169.254.
public struct InstanceMetadata: Codable, Equatable, Sendable {
    /// The VPC whose metadata socket serves it; two VPCs may use the same addresses.
    public var vpc: String
    /// The name in the lab file.
    public var name: String
    public var instanceID: String
    /// Also how the service recognises its client.
    public var localAddress: IPv4Address
    public var publicAddress: IPv4Address?
    public var mac: String
    public var subnetCIDR: String
    public var vpcCIDR: String
    public var zone: String
    public var imageID: String
    public var instanceType: String
    public var securityGroups: [String]
    public var vpcID: String
    public var subnetID: String
    public var interfaceID: String
    public var accountID: String
    /// The time to live that an answer with a token starts with.
    public var hopLimit: Int

    /// The region is the zone without its letter; ids left out are made from the names, the same each time.
    public init(
        vpc: String, name: String, localAddress: IPv4Address, publicAddress: IPv4Address? = nil, mac: String,
        subnetCIDR: String, vpcCIDR: String, zone: String, securityGroups: [String] = [],
        instanceType: String = "t3.micro", imageID: String = "ami-0e71ab00000000001", instanceID: String? = nil,
        vpcID: String? = nil, subnetID: String? = nil, interfaceID: String? = nil, accountID: String = "123456789012",
        hopLimit: Int = 1
    ) {
        self.vpc = vpc
        self.name = name
        self.localAddress = localAddress
        self.publicAddress = publicAddress
        self.mac = mac
        self.subnetCIDR = subnetCIDR
        self.vpcCIDR = vpcCIDR
        self.zone = zone
        self.imageID = imageID
        self.instanceType = instanceType
        self.securityGroups = securityGroups
        self.accountID = accountID
        self.hopLimit = hopLimit
        self.instanceID = instanceID ?? Self.identifier("i", "\(vpc)/\(name)")
        self.vpcID = vpcID ?? Self.identifier("vpc", vpc)
        self.subnetID = subnetID ?? Self.identifier("subnet", "\(vpc)/\(subnetCIDR)")
        self.interfaceID = interfaceID ?? Self.identifier("eni", "\(vpc)/\(mac)")
    }

    /// Without the zone's letter.
    public var region: String { zone.last?.isLetter == true ? String(zone.dropLast()) : zone }

    /// `ip-10-0-1-10.ec2.internal`.
    public var hostname: String { DNSRecord.privateName(of: localAddress, region: region) }

    /// `ec2-203-0-113-20.compute-1.amazonaws.com`, if it has a public address.
    public var publicHostname: String? { publicAddress.map { DNSRecord.publicName(of: $0, region: region) } }

    /// An id in the shape of AWS's (17 hexadecimal digits): a function of the text alone (FNV-1a).
    public static func identifier(_ prefix: String, _ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(prefix)/\(text)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "\(prefix)-0" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

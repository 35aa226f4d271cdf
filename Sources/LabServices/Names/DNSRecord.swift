public import IPAddressing

/// A DNS name and one address it leads to; the address leads back to the first name given for it.
public struct DNSRecord: Hashable, Sendable {
    public let name: String
    public let address: IPv4Address

    /// Letters, digits, hyphens and underscores in labels of 1 to 63, at most 253 in all; else `nil`.
    ///
    /// Nothing else may enter: the names go into a configuration file where commas and newlines mean something.
    public init?(_ name: String, _ address: IPv4Address) {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(Self.isLabel) else { return nil }
        self.name = name.lowercased()
        self.address = address
    }

    private static func isLabel(_ label: Substring) -> Bool {
        1...63 ~= label.utf8.count && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private init(known name: String, _ address: IPv4Address) {
        self.name = name
        self.address = address
    }

    /// The name AWS gives to a private address: `ip-10-0-1-10.ec2.internal`.
    public static func privateName(of address: IPv4Address, region: String = "us-east-1") -> String {
        "ip-\(dashed(address))." + (region == "us-east-1" ? "ec2.internal" : "\(region).compute.internal")
    }

    /// The name AWS gives to a public address: `ec2-203-0-113-20.compute-1.amazonaws.com`.
    public static func publicName(of address: IPv4Address, region: String = "us-east-1") -> String {
        "ec2-\(dashed(address))." + (region == "us-east-1" ? "compute-1" : "\(region).compute") + ".amazonaws.com"
    }

    /// What a VPC's resolver knows of an instance: both its names lead to its private address.
    public static func names(
        of address: IPv4Address, publicAddress: IPv4Address?, region: String = "us-east-1"
    ) -> [DNSRecord] {
        let own = DNSRecord(known: privateName(of: address, region: region), address)
        return [own] + (publicAddress.map { [DNSRecord(known: publicName(of: $0, region: region), address)] } ?? [])
    }

    private static func dashed(_ address: IPv4Address) -> String {
        address.bytes.map(String.init).joined(separator: "-")
    }
}

public import IPAddressing

/// A network ACL: stateless, numbered rules on the border of its subnets; the lowest number that matches decides, and
/// what matches none is dropped by the rule `*`. Packets within one subnet never meet it.
public struct NetworkACL: Hashable, Sendable {
    public var name: String
    /// Serves every subnet that names no list of its own.
    public var isDefault: Bool
    public var ingress: [NetworkACLRule]
    public var egress: [NetworkACLRule]
    public var origin: Origin

    public init(
        name: String, isDefault: Bool = false, ingress: [NetworkACLRule] = [], egress: [NetworkACLRule] = [],
        origin: Origin = .none
    ) {
        self.name = name
        self.isDefault = isDefault
        self.ingress = ingress
        self.egress = egress
        self.origin = origin
    }

    /// What AWS gives a new VPC: rule 100 lets everything through, both ways.
    public static func allowingEverything(_ name: String = "default") -> NetworkACL {
        let all = NetworkACLRule(number: 100, action: .allow, traffic: .all, block: .everywhere)
        return NetworkACL(name: name, isDefault: true, ingress: [all], egress: [all])
    }
}

/// One numbered line of a network ACL.
public struct NetworkACLRule: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable { case allow, deny }

    /// 1 to 32766; evaluated in this order. 32767 is AWS's `*`.
    public var number: Int
    public var action: Action
    public var traffic: Traffic
    /// The source of ingress, the destination of egress.
    public var block: CIDRBlock
    public var origin: Origin

    public init(number: Int, action: Action, traffic: Traffic, block: CIDRBlock, origin: Origin = .none) {
        self.number = number
        self.action = action
        self.traffic = traffic
        self.block = block
        self.origin = origin
    }
}

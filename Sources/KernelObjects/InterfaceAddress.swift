public import IPAddressing

/// An IPv4 address on an interface. Equivalent to `ip address add 10.0.1.10/24 dev eth0`.
public struct InterfaceAddress: Hashable, Sendable {
    public var address: IPv4Address
    public var prefixLength: Int
    public var device: Device

    public init(_ address: IPv4Address, prefixLength: Int, device: Device) {
        self.address = address
        self.prefixLength = prefixLength
        self.device = device
    }
}

/// An interface of a namespace by name and index: people read the one, messages carry the other.
public struct Device: Hashable, Sendable {
    public var name: String
    public var index: Int32

    public init(name: String, index: Int32) {
        self.name = name
        self.index = index
    }

    /// Index 1 in every namespace.
    public static let loopback = Device(name: "lo", index: 1)
}

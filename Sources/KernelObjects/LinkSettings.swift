public import IPAddressing

/// How an interface that exists shall be set.
///
/// Equivalent to `ip link set DEV up mtu 9001 address 0e:…`.
public struct LinkSettings: Hashable, Sendable {
    public var device: Device
    /// `nil` for the loopback device, whose MTU and address nobody chooses.
    public var mtu: Int?
    public var mac: MACAddress?

    public init(_ device: Device, mtu: Int? = nil, mac: MACAddress? = nil) {
        self.device = device
        self.mtu = mtu
        self.mac = mac
    }

    /// The words after `ip link set`.
    public var text: String {
        let mtu = mtu.map { " mtu \($0)" } ?? ""
        let mac = mac.map { " address \($0)" } ?? ""
        return "\(device.name) up\(mtu)\(mac)"
    }
}

public import IPAddressing

/// A permanent neighbour entry: the fabric knows who has an address and never asks.
///
/// Equivalent to `ip neighbor add 10.0.1.10 lladdr 0e:… dev app nud permanent`.
public struct Neighbor: Hashable, Sendable {
    public var address: IPv4Address
    public var mac: MACAddress
    public var device: Device

    public init(_ address: IPv4Address, mac: MACAddress, device: Device) {
        self.address = address
        self.mac = mac
        self.device = device
    }

    /// The words after `ip neighbor add`.
    public var text: String { "\(address) lladdr \(mac) dev \(device.name) nud permanent" }
}

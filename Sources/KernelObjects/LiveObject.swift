/// Something the kernel lists in a namespace, in the words a plan would use for it.
public struct LiveObject: Hashable, Sendable {
    public var noun: KernelObject.Noun
    public var key: String
    public var words: String
    public var device: String?
    /// The kernel made it of its own accord (the `local` table's rule, the route to a connected subnet): it is missed
    /// when it is gone, and never in the way.
    public var isKernels: Bool
    /// The body of the message that listed it. Sent back with another type it takes the object away, whatever it is,
    /// as `ip … flush` does. Empty for what cannot be taken away.
    public var listing: [UInt8]

    public init(
        _ noun: KernelObject.Noun, key: String, words: String, device: String? = nil, isKernels: Bool = false,
        listing: [UInt8] = []
    ) {
        self.noun = noun
        self.key = key
        self.words = words
        self.device = device
        self.isKernels = isKernels
        self.listing = listing
    }
}

/// An interface as the kernel lists it.
public struct LiveLink: Hashable, Sendable {
    public var device: Device
    /// `veth`, `dummy`…; empty for the loopback device.
    public var kind: String
    public var mtu: Int
    public var mac: String
    public var isUp: Bool
    /// The index of the other end, in its own namespace.
    public var peer: Int32?

    public init(device: Device, kind: String, mtu: Int, mac: String, isUp: Bool, peer: Int32?) {
        self.device = device
        self.kind = kind
        self.mtu = mtu
        self.mac = mac
        self.isUp = isUp
        self.peer = peer
    }

    /// In the words of `LinkSettings`.
    public var text: String {
        let state = isUp ? "up" : "down"
        return device.name == Device.loopback.name
            ? "\(device.name) \(state)" : "\(device.name) \(state) mtu \(mtu) address \(mac)"
    }
}

/// What the kernel has in one namespace, nftables apart.
public struct LiveNode: Hashable, Sendable {
    public var links: [LiveLink]
    public var objects: [LiveObject]

    public init(links: [LiveLink] = [], objects: [LiveObject] = []) {
        self.links = links
        self.objects = objects
    }
}

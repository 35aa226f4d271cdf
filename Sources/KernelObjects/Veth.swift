public import IPAddressing

/// A pair of virtual Ethernet interfaces, each end in its own namespace from the first moment.
public struct Veth: Hashable, Sendable {
    /// One end.
    public struct End: Hashable, Sendable {
        /// The node whose namespace holds it.
        public var node: String
        /// 1 to 15 bytes.
        public var name: String
        /// Chosen by the plan, so that every later message can be built before the link exists.
        public var index: Int32
        public var mac: MACAddress

        public init(node: String, name: String, index: Int32, mac: MACAddress) {
            self.node = node
            self.name = name
            self.index = index
            self.mac = mac
        }
    }

    /// The end made up; the kernel refuses a peer that is up at once (ENOTCONN).
    public var near: End
    /// The end raised later by a message in its own namespace.
    public var far: End
    /// Bytes, without the Ethernet header.
    public var mtu: Int

    public init(near: End, far: End, mtu: Int) {
        self.near = near
        self.far = far
        self.mtu = mtu
    }
}

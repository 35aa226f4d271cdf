/// What stateful components remember of a flow between its first packet and the answer.
struct FlowMemory {
    /// A NAT gateway's or load balancer's entry.
    struct Translation {
        let interface: Int
        let inside: PacketHeader
        let outside: PacketHeader
        /// The far end still sees the client's address, so its answer is led back to the load balancer.
        let keepsClient: Bool
    }

    private var tracked: [(interface: Int, header: PacketHeader)] = []
    private(set) var translations: [Translation] = []

    mutating func forget() {
        tracked.removeAll(keepingCapacity: true)
        translations.removeAll(keepingCapacity: true)
    }

    /// A security group let this through.
    mutating func track(_ header: PacketHeader, at interface: Int) { tracked.append((interface, header)) }

    mutating func remember(_ translation: Translation) { translations.append(translation) }

    /// Whether the header answers a packet that the groups of the interface let through.
    func isAnswer(_ header: PacketHeader, at interface: Int) -> Bool {
        let asked = header.reversed
        return tracked.contains { $0.interface == interface && $0.header == asked }
    }

    /// The entry at that interface that a packet from outside belongs to.
    func translation(answeredBy header: PacketHeader, at interface: Int) -> Translation? {
        let asked = header.reversed
        return translations.last { $0.interface == interface && $0.outside == asked }
    }

    /// The load balancer that waits for this answer although it bears the client's address.
    func intercepted(_ header: PacketHeader) -> Translation? {
        let asked = header.reversed
        return translations.last { $0.keepsClient && $0.outside == asked }
    }
}

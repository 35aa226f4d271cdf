extension IPv4Address {
    /// Why no network can use the address, `nil` if it can: loopback, link-local, multicast and the like.
    public var specialUse: String? {
        switch number >> 24 {
        case 0: "belongs to 0.0.0.0/8, which means \"this network\""
        case 127: "is a loopback address"
        case 224...239: "is a multicast address"
        case 240...255: "belongs to 240.0.0.0/4, which is reserved"
        default: number >> 16 == 0xA9FE ? "is a link-local address" : nil
        }
    }
}

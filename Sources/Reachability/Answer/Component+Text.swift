extension Component: CustomStringConvertible {
    /// `NAT gateway nat-a`; the Internet has no name.
    public var description: String { kind == .internet ? kind.words : "\(kind.words) \(id)" }
}

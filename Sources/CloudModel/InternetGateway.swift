/// An Internet gateway: stateless one-to-one translation between private and public addresses.
public struct InternetGateway: Hashable, Sendable {
    public var name: String
    public var origin: Origin

    public init(name: String, origin: Origin = .none) {
        self.name = name
        self.origin = origin
    }
}

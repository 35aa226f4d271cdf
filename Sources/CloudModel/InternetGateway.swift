/// An Internet gateway: stateless one-to-one translation between private and public addresses.
public struct InternetGateway: Hashable, Sendable {
    public var name: String
    /// The gateway (edge) route table that places what comes in; `nil`: straight to the interface.
    public var routeTable: String?
    public var origin: Origin

    public init(name: String, routeTable: String? = nil, origin: Origin = .none) {
        self.name = name
        self.routeTable = routeTable
        self.origin = origin
    }
}

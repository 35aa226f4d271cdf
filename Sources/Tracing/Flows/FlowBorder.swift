/// A wire of a VPC's router that leads to something else than an interface of the VPC.
public struct FlowBorder: Hashable, Sendable {
    /// The VPC's router.
    public let router: String
    /// A peer's router, a gateway endpoint, a transit gateway.
    public let neighbor: String

    public init(router: String, neighbor: String) {
        self.router = router
        self.neighbor = neighbor
    }
}

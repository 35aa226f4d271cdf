public import FoundationEssentials

/// Data that moved, in GB (10⁹ bytes), during the hours of a bill.
public struct BilledTraffic: Hashable, Sendable {
    /// Through each NAT gateway, both directions, every packet once.
    public var throughNATGateway: [String: Decimal]
    /// From the VPCs to the Internet, by whatever way.
    public var toInternet: Decimal
    /// Through each load balancer.
    public var throughLoadBalancer: [String: Decimal]
    /// Between zones of a VPC, both directions.
    public var betweenZones: Decimal

    public init(
        throughNATGateway: [String: Decimal] = [:], toInternet: Decimal = 0,
        throughLoadBalancer: [String: Decimal] = [:], betweenZones: Decimal = 0
    ) {
        self.throughNATGateway = throughNATGateway
        self.toInternet = toInternet
        self.throughLoadBalancer = throughLoadBalancer
        self.betweenZones = betweenZones
    }
}

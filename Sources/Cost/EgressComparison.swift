public import FoundationEssentials

/// Claim C33: is a small workload cheaper in private subnets behind a NAT gateway, or with a public address each?
///
/// One NAT gateway with its public address costs the same whether one task uses it or fifty; a public address costs
/// little, once a task. Data costs the NAT gateway's price on top, and nothing extra by the Internet gateway.
public struct EgressComparison: Hashable, Sendable {
    public var hours: Decimal
    private let prices: PriceTable

    public init(hours: Decimal, prices: PriceTable) {
        self.hours = hours
        self.prices = prices
    }

    /// One zone's tasks behind one NAT gateway.
    public func natGateway(gigabytes: Decimal) -> Decimal {
        hours * (prices[.natGatewayHour] + prices[.publicIPv4Hour]) + gigabytes * prices[.natGatewayGB]
    }

    /// The same tasks in a public subnet, a public address each.
    public func publicAddresses(tasks: Int) -> Decimal { hours * prices[.publicIPv4Hour] * Decimal(tasks) }

    /// How many tasks a zone must have for the NAT gateway to cost no more; `nil` if it never does.
    public func breakEven(gigabytes: Decimal = 0) -> Int? {
        let gateway = natGateway(gigabytes: gigabytes)
        return (0...Self.manyTasks).first { publicAddresses(tasks: $0) >= gateway }
    }

    /// More tasks than a zone has.
    private static let manyTasks = 100_000

    /// Whether the claim holds: that the fewer the tasks, the better the NAT gateway does. It would have to be the
    /// cheaper one for a single task.
    public var isNATGatewayCheaperForOneTask: Bool { natGateway(gigabytes: 0) < publicAddresses(tasks: 1) }
}

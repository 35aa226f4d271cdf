import Cost
import FoundationEssentials
import LabPlan
public import LabRunner
import RouteNetlink

/// What the NAT gateways of a lab have processed: what AWS bills by the GB.
public enum NATMeter {
    /// Bytes by gateway. One interface, into which every packet comes once, whichever way it goes.
    /// Equivalent to `ip -s link show eth0` in each.
    public static func read(_ lab: RunningLab) throws -> [String: UInt64] {
        var bytes: [String: UInt64] = [:]
        for node in lab.nodes where node.plan.role == .natGateway {
            let links = try LinkCounters.all(node.route).filter { $0.name == "eth0" }
            bytes[node.plan.name] = links.reduce(0) { $0 + $1.receivedBytes }
        }
        return bytes
    }

    /// `nat-a processed 2114032 bytes, 0.00009513144 USD at the list price of us-east-1`.
    static func words(_ bytes: [String: UInt64]) throws -> String {
        let prices = try PriceTable.usEast1()
        return bytes.sorted { $0.key < $1.key }.map { name, count in
            let amount = Decimal(count) / 1_000_000_000 * prices[.natGatewayGB]
            return
                "\(name) processed \(count) bytes, \(amount) \(prices.currency) at the list price of \(prices.region)"
        }.joined(separator: "; ")
    }
}

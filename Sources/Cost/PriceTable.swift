public import FoundationEssentials

/// List prices of one region, each with where it was read and when.
public struct PriceTable: Codable, Hashable, Sendable {
    public struct Price: Codable, Hashable, Sendable {
        /// In the table's currency.
        public var amount: Decimal
        /// What one costs: `hour`, `GB`.
        public var unit: String
        public var source: String
    }

    /// What is priced; the names are the keys of the data file.
    public enum Item: String, Codable, CodingKeyRepresentable, Hashable, Sendable, CaseIterable {
        case natGatewayHour, natGatewayGB, publicIPv4Hour
        case applicationLoadBalancerHour, applicationLoadBalancerGB, networkLoadBalancerHour, networkLoadBalancerGB
        case interfaceEndpointHour, interfaceEndpointGB, transitGatewayAttachmentHour, transitGatewayGB
        case crossZoneGB, internetOutGB
    }

    public var region: String
    public var currency: String
    /// The day the prices were gathered.
    public var read: String
    public var prices: [Item: Price]

    public subscript(item: Item) -> Decimal { prices[item]?.amount ?? 0 }

    /// Reads a data file of the form of `Prices/us-east-1.json`.
    ///
    /// - Throws: A decoding error, or `PriceTableError` when an item is missing or negative.
    public init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(PriceTable.self, from: Data(json))
        let missing = Item.allCases.filter { (prices[$0]?.amount ?? -1) < 0 }
        guard missing.isEmpty else { throw PriceTableError(missing: missing) }
    }

    /// The list prices that netlab carries.
    public static func usEast1() throws -> PriceTable { try PriceTable(json: PackageResources.us_east_1_json) }
}

/// A price table that cannot price a lab.
public struct PriceTableError: Error, Hashable, CustomStringConvertible {
    public let missing: [PriceTable.Item]

    public init(missing: [PriceTable.Item]) { self.missing = missing }

    public var description: String {
        "the price table has no price for \(missing.map(\.rawValue).joined(separator: ", "))"
    }
}

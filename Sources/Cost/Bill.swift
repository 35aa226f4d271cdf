public import CloudModel
public import FoundationEssentials

/// What a lab would cost on AWS at list prices.
public struct Bill: Hashable, Sendable {
    /// One line: so many of this, at that price.
    public struct Line: Hashable, Sendable {
        /// What it is for: `nat-a`, `2 public IPv4 addresses`.
        public var what: String
        public var item: PriceTable.Item
        /// Hours or GB.
        public var quantity: Decimal
        public var price: Decimal
        public var amount: Decimal { quantity * price }
    }

    public var currency: String
    public var hours: Decimal
    public var lines: [Line]

    public var total: Decimal { lines.reduce(0) { $0 + $1.amount } }

    /// Hours times what stands there, and GB times what moved.
    public init(_ lab: Lab, hours: Decimal, traffic: BilledTraffic = BilledTraffic(), prices: PriceTable) {
        currency = prices.currency
        self.hours = hours
        lines = []
        for vpc in lab.vpcs { addStanding(vpc, prices) }
        addHours(lab.publicAddressCount, "public IPv4 address", .publicIPv4Hour, prices, plural: "es")
        for gateway in lab.transitGateways {
            addHours(
                gateway.attachments.count, "\(gateway.name) attachment", .transitGatewayAttachmentHour, prices)
        }
        add(traffic, of: lab, prices)
        lines.removeAll { $0.quantity == 0 }
    }

    private mutating func addStanding(_ vpc: VPC, _ prices: PriceTable) {
        for gateway in vpc.natGateways { addHours(1, gateway.name, .natGatewayHour, prices) }
        for balancer in vpc.loadBalancers { addHours(1, balancer.name, balancer.kind.hourItem, prices) }
        for endpoint in vpc.endpoints {
            addHours(endpoint.interfaces.count, "\(endpoint.name) zone", .interfaceEndpointHour, prices)
        }
    }

    private mutating func addHours(
        _ count: Int, _ what: String, _ item: PriceTable.Item, _ prices: PriceTable, plural: String = "s"
    ) {
        let label = count == 1 ? what : "\(count) \(what)\(plural)"
        lines.append(Line(what: label, item: item, quantity: hours * Decimal(count), price: prices[item]))
    }

    private mutating func add(_ traffic: BilledTraffic, of lab: Lab, _ prices: PriceTable) {
        func add(_ what: String, _ item: PriceTable.Item, _ gigabytes: Decimal) {
            lines.append(Line(what: what, item: item, quantity: gigabytes, price: prices[item]))
        }
        for (name, gigabytes) in traffic.throughNATGateway.sorted(by: { $0.key < $1.key }) {
            add("\(name) data", .natGatewayGB, gigabytes)
        }
        let balancers = lab.vpcs.flatMap(\.loadBalancers)
        for (name, gigabytes) in traffic.throughLoadBalancer.sorted(by: { $0.key < $1.key }) {
            guard let balancer = balancers.first(where: { $0.name == name }) else { continue }
            add("\(name) data", balancer.kind.gigabyteItem, gigabytes)
        }
        add("data between zones", .crossZoneGB, traffic.betweenZones)
        add("data to the Internet", .internetOutGB, traffic.toInternet)
    }
}

extension Lab {
    /// Every public IPv4 address is billed, whoever holds it.
    var publicAddressCount: Int {
        vpcs.reduce(0) { sum, vpc in
            let interfaces =
                vpc.instances.flatMap(\.interfaces) + vpc.loadBalancers.flatMap(\.nodes).map(\.interface)
            return sum + vpc.natGateways.count { $0.elasticIP != nil }
                + interfaces.flatMap(\.associations).count { $0.publicAddress != nil }
        }
    }
}

extension LoadBalancer.Kind {
    var hourItem: PriceTable.Item {
        switch self {
        case .application: .applicationLoadBalancerHour
        case .network: .networkLoadBalancerHour
        }
    }

    /// One capacity unit carries one GB an hour: where data is what is used most, a GB costs one unit.
    var gigabyteItem: PriceTable.Item {
        switch self {
        case .application: .applicationLoadBalancerGB
        case .network: .networkLoadBalancerGB
        }
    }
}

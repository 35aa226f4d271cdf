/// Anything but nftables that a plan asks of a namespace, as one kind of value: so that it can be compared with what
/// is there.
///
/// Two objects are the same when their words are: what the words leave out does not matter to a lab.
public enum KernelObject: Hashable, Sendable {
    case link(LinkSettings)
    case address(InterfaceAddress)
    case neighbor(Neighbor)
    case route(KernelRoute)
    case rule(KernelRule)
    case sysctl(Sysctl)

    /// What `ip` calls the kind of thing.
    public enum Noun: String, Hashable, Sendable, CaseIterable {
        case link, address, neighbor, route, rule, sysctl
    }

    public var noun: Noun {
        switch self {
        case .link: .link
        case .address: .address
        case .neighbor: .neighbor
        case .route: .route
        case .rule: .rule
        case .sysctl: .sysctl
        }
    }

    /// What makes it this one: of two objects with one key, the second takes the place of the first.
    public var key: String {
        switch self {
        case .link(let link): link.device.name
        case .address(let address): address.text
        case .neighbor(let neighbor): "\(neighbor.address) dev \(neighbor.device.name)"
        case .route(let route): KernelRoute.key("\(route.destination)", table: route.table)
        case .rule(let rule): rule.text
        case .sysctl(let setting): setting.key
        }
    }

    /// The words after `ip link set`, `ip address add`, `sysctl -w` and so on.
    public var words: String {
        switch self {
        case .link(let link): link.text
        case .address(let address): address.text
        case .neighbor(let neighbor): neighbor.text
        case .route(let route): route.text
        case .rule(let rule): rule.text
        case .sysctl(let setting): setting.text
        }
    }

    /// The interface it goes away with.
    public var device: String? {
        switch self {
        case .link(let link): link.device.name
        case .address(let address): address.device.name
        case .neighbor(let neighbor): neighbor.device.name
        case .route(let route): route.device?.name
        case .rule: nil
        case .sysctl(let setting): setting.device
        }
    }
}

extension InterfaceAddress {
    /// The words after `ip address add`.
    public var text: String { "\(address)/\(prefixLength) dev \(device.name)" }
}

extension Sysctl {
    /// The word after `sysctl -w`.
    public var text: String { "\(key)=\(value)" }
}

extension KernelRoute {
    /// What the kernel tells routes apart by (with the metric, which is 0 in every plan).
    public static func key(_ destination: String, table: UInt32, metric: UInt32 = 0) -> String {
        "\(destination) table \(table)" + (metric == 0 ? "" : " metric \(metric)")
    }
}

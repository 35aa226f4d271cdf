import IPAddressing
public import KernelObjects
public import LabPlan

extension LabPlan {
    /// All that a namespace shall have, nftables apart, with what the kernel adds to it of its own accord; in the order
    /// in which it can be made. By the node's name.
    public var plannedObjects: [String: [KernelObject]] {
        var links: [String: [LinkSettings]] = [:]
        for veth in veths {
            for end in [veth.near, veth.far] {
                links[end.node, default: []].append(
                    LinkSettings(Device(name: end.name, index: end.index), mtu: veth.mtu, mac: end.mac))
            }
        }
        return Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.objects(links: links[$0.name] ?? [])) })
    }
}

extension NodePlan {
    func objects(links: [LinkSettings]) -> [KernelObject] {
        let settings = sysctls + links.flatMap { inherited(by: $0.device) } + proxyARP.map(Sysctl.noProxyDelay)
        let local = InterfaceAddress(IPv4Address(127, 0, 0, 1), prefixLength: 8, device: .loopback)
        return ([LinkSettings(.loopback)] + links).map { .link($0) } + settings.map { .sysctl($0) }
            + ([local] + addresses).map { .address($0) } + neighbors.map { .neighbor($0) }
            + (KernelRule.kernels + rules).map { .rule($0) } + (connectedRoutes + routes).map { .route($0) }
    }

    /// What an interface takes over from the namespace's defaults when it is made.
    private func inherited(by device: Device) -> [Sysctl] {
        sysctls.compactMap { setting in
            let name: Substring
            if setting.key == "net.ipv4.ip_forward" {
                name = "forwarding"
            } else if setting.key.hasPrefix(Sysctl.defaults) {
                name = setting.key.dropFirst(Sysctl.defaults.count)
            } else {
                return nil
            }
            return Sysctl("conf", device.name, name, setting.value)
        }
    }

    /// The route to its own subnet that the kernel makes for an interface's first address there.
    private var connectedRoutes: [KernelRoute] {
        var seen: Set<String> = []
        return addresses.filter { $0.prefixLength < 32 && $0.device != .loopback }.compactMap { entry in
            let block = CIDRBlock(containing: entry.address, prefixLength: entry.prefixLength)
            guard seen.insert("\(block) \(entry.device.name)").inserted else { return nil }
            return KernelRoute(block, device: entry.device, source: entry.address, owner: subject)
        }
    }
}

extension KernelRoute {
    /// One that the kernel makes, and makes anew, by itself when the address or the interface comes.
    var isConnected: Bool {
        gateway == nil && source != nil && destination.prefixLength < 32 && table == Self.mainTable
    }
}

extension KernelRule {
    /// `local`, `main` and `default`: every namespace begins with them, and nothing works without.
    static let kernels = [(0, 255), (32_766, 254), (32_767, 253)].map {
        KernelRule(priority: $0.0, mark: 0, mask: 0, table: $0.1, owner: "kernel")
    }
}

extension Sysctl {
    static let defaults = "net.ipv4.conf.default."

    static func noProxyDelay(_ device: Device) -> Sysctl { Sysctl("neigh", device.name, "proxy_delay", "0") }
}

import CLibNL
import Glibc
import IPAddressing
public import KernelObjects
public import Netlink

/// rtnetlink messages for one namespace, in the order the kernel shall handle them.
///
/// libnl builds each message; the batch sends them all with one system call. Every method's last line names the equal
/// `ip` command.
public struct RouteBatch: Sendable {
    public private(set) var messages = NetlinkBatch()

    public init() {}

    /// Makes a veth pair: the near end in the namespace of the socket, up; the far end in another, still down.
    ///
    /// One queue each: the kernel makes one per CPU otherwise, which costs more than the rest of the link.
    /// Equivalent to `ip link add NEAR … type veth peer name FAR netns NODE`.
    public mutating func add(_ veth: Veth, farNamespace: Int32, subject: String) throws {
        let operation =
            "ip link add \(veth.near.name) index \(veth.near.index) type veth peer name \(veth.far.name) "
            + "index \(veth.far.index) netns \(veth.far.node)"
        guard let object = VethObject(),
            Self.describe(object.raw, veth.near, mtu: veth.mtu), Self.describe(object.peer, veth.far, mtu: veth.mtu)
        else { throw outOfMemory(operation, subject) }
        rtnl_link_set_flags(object.raw, UInt32(IFF_UP))
        rtnl_link_set_ns_fd(object.peer, farNamespace)
        try append(operation, subject) { rtnl_link_build_add_request(object.raw, NLM_F_CREATE | NLM_F_EXCL, &$0) }
    }

    private static func describe(_ link: OpaquePointer, _ end: Veth.End, mtu: Int) -> Bool {
        guard let mac = NetworkAddress(end.mac) else { return false }
        rtnl_link_set_name(link, end.name)
        rtnl_link_set_ifindex(link, end.index)
        rtnl_link_set_addr(link, mac.raw)
        rtnl_link_set_mtu(link, UInt32(mtu))
        rtnl_link_set_num_tx_queues(link, 1)
        rtnl_link_set_num_rx_queues(link, 1)
        return true
    }

    /// Equivalent to `ip link set DEV up`.
    public mutating func raise(_ device: Device, subject: String) throws {
        try setFlags(device, up: true, subject: subject)
    }

    /// Equivalent to `ip link set DEV down`.
    public mutating func lower(_ device: Device, subject: String) throws {
        try setFlags(device, up: false, subject: subject)
    }

    private mutating func setFlags(_ device: Device, up: Bool, subject: String) throws {
        let operation = "ip link set \(device.name) \(up ? "up" : "down")"
        guard let old = LinkObject(), let change = LinkObject() else { throw outOfMemory(operation, subject) }
        rtnl_link_set_ifindex(old.raw, device.index)
        if up {
            rtnl_link_set_flags(change.raw, UInt32(IFF_UP))
        } else {
            rtnl_link_unset_flags(change.raw, UInt32(IFF_UP))
        }
        try append(operation, subject) { rtnl_link_build_change_request(old.raw, change.raw, 0, &$0) }
    }

    /// Answers proxied ARP requests at once; the kernel waits up to 0.8 s by default.
    ///
    /// Equivalent to `sysctl -w net.ipv4.neigh.DEV.proxy_delay=0`.
    public mutating func answerProxyARPAtOnce(_ device: Device, subject: String) throws {
        let operation = "sysctl -w net.ipv4.neigh.\(device.name).proxy_delay=0"
        guard let old = rtnl_neightbl_alloc(), let change = rtnl_neightbl_alloc() else {
            throw outOfMemory(operation, subject)
        }
        defer {
            rtnl_neightbl_put(change)
            rtnl_neightbl_put(old)
        }
        rtnl_neightbl_set_family(old, AF_INET)
        "arp_cache".withCString { rtnl_neightbl_set_name(old, $0) }
        rtnl_neightbl_set_dev(old, device.index)
        rtnl_neightbl_set_proxy_delay(change, 0)
        try append(operation, subject) { rtnl_neightbl_build_change_request(old, change, &$0) }
    }

    /// Equivalent to `ip address add A/N dev DEV`.
    public mutating func add(_ entry: InterfaceAddress, replacing: Bool = false, subject: String) throws {
        let operation =
            "ip address \(replacing ? "replace" : "add") \(entry.address)/\(entry.prefixLength) dev \(entry.device.name)"
        guard let object = AddressObject(),
            let local = NetworkAddress(entry.address, prefixLength: entry.prefixLength)
        else { throw outOfMemory(operation, subject) }
        rtnl_addr_set_ifindex(object.raw, entry.device.index)
        rtnl_addr_set_local(object.raw, local.raw)
        try append(operation, subject) {
            rtnl_addr_build_add_request(object.raw, Self.flags(replacing: replacing), &$0)
        }
    }

    /// Equivalent to `ip route add …`.
    public mutating func add(_ route: KernelRoute, replacing: Bool = false) throws {
        let operation = "ip route \(replacing ? "replace" : "add") \(route.text)"
        guard let object = RouteObject(), Self.describe(object.raw, route) else {
            throw outOfMemory(operation, route.owner)
        }
        try append(operation, route.owner) {
            rtnl_route_build_add_request(object.raw, Self.flags(replacing: replacing), &$0)
        }
    }

    /// Equivalent to `ip route del …`.
    public mutating func delete(_ route: KernelRoute) throws {
        let operation = "ip route del \(route.text)"
        guard let object = RouteObject(), Self.describe(object.raw, route) else {
            throw outOfMemory(operation, route.owner)
        }
        try append(operation, route.owner) { rtnl_route_build_del_request(object.raw, 0, &$0) }
    }

    private static func describe(_ object: OpaquePointer, _ route: KernelRoute) -> Bool {
        guard let to = NetworkAddress(route.destination.base, prefixLength: route.destination.prefixLength) else {
            return false
        }
        rtnl_route_set_family(object, UInt8(AF_INET))
        rtnl_route_set_table(object, route.table)
        rtnl_route_set_protocol(object, UInt8(RTPROT_STATIC))
        rtnl_route_set_dst(object, to.raw)
        if route.kind == .throw || route.kind == .unreachable {
            rtnl_route_set_type(object, UInt8(route.kind == .throw ? RTN_THROW : RTN_UNREACHABLE))
            rtnl_route_set_scope(object, UInt8(RT_SCOPE_UNIVERSE.rawValue))
            return true
        }
        rtnl_route_set_type(object, UInt8(route.kind == .local ? RTN_LOCAL : RTN_UNICAST))
        let near = route.kind == .local ? RT_SCOPE_HOST : RT_SCOPE_LINK
        let scope = route.gateway == nil ? near : RT_SCOPE_UNIVERSE
        rtnl_route_set_scope(object, UInt8(scope.rawValue))
        if let source = route.source {
            guard let address = NetworkAddress(source) else { return false }
            rtnl_route_set_pref_src(object, address.raw)
        }
        guard let hop = rtnl_route_nh_alloc() else { return false }
        if let device = route.device { rtnl_route_nh_set_ifindex(hop, device.index) }
        if let gateway = route.gateway {
            guard let address = NetworkAddress(gateway) else {
                rtnl_route_nh_free(hop)
                return false
            }
            rtnl_route_nh_set_gateway(hop, address.raw)
            rtnl_route_nh_set_flags(hop, UInt32(RTNH_F_ONLINK))
        }
        rtnl_route_add_nexthop(object, hop)  // the route owns the hop from here
        return true
    }

    /// Equivalent to `ip rule add …`.
    public mutating func add(_ rule: KernelRule) throws {
        let operation = "ip rule add \(rule.text)"
        guard let object = RuleObject() else { throw outOfMemory(operation, rule.owner) }
        rtnl_rule_set_family(object.raw, AF_INET)
        rtnl_rule_set_action(object.raw, UInt8(FR_ACT_TO_TBL))
        rtnl_rule_set_prio(object.raw, rule.priority)
        if rule.mark != 0 { rtnl_rule_set_mark(object.raw, rule.mark) }
        if let block = rule.source {
            guard let from = NetworkAddress(block.base, prefixLength: block.prefixLength) else {
                throw outOfMemory(operation, rule.owner)
            }
            rtnl_rule_set_src(object.raw, from.raw)
        }
        if let mask = rule.mask { rtnl_rule_set_mask(object.raw, mask) }
        rtnl_rule_set_table(object.raw, rule.table)
        try append(operation, rule.owner) { rtnl_rule_build_add_request(object.raw, NLM_F_CREATE | NLM_F_EXCL, &$0) }
    }

    /// Equivalent to `ip neighbor add A lladdr MAC dev DEV nud permanent`.
    public mutating func add(_ neighbor: Neighbor, replacing: Bool = false, subject: String) throws {
        let operation = "ip neighbor \(replacing ? "replace" : "add") \(neighbor.text)"
        guard let object = NeighborObject(), let address = NetworkAddress(neighbor.address),
            let mac = NetworkAddress(neighbor.mac)
        else { throw outOfMemory(operation, subject) }
        rtnl_neigh_set_ifindex(object.raw, neighbor.device.index)
        rtnl_neigh_set_dst(object.raw, address.raw)
        rtnl_neigh_set_lladdr(object.raw, mac.raw)
        rtnl_neigh_set_state(object.raw, NUD_PERMANENT)
        try append(operation, subject) {
            rtnl_neigh_build_add_request(object.raw, Self.flags(replacing: replacing), &$0)
        }
    }

    private static func flags(replacing: Bool) -> Int32 { NLM_F_CREATE | (replacing ? NLM_F_REPLACE : NLM_F_EXCL) }

    /// A message that is finished.
    mutating func append(_ message: UnsafeRawBufferPointer, operation: String, subject: String) {
        messages.append(message, operation: operation, subject: subject)
    }

    mutating func append(
        _ operation: String, _ subject: String, _ build: (inout OpaquePointer?) -> Int32
    ) throws {
        let message = try RouteMessage(operation, build)
        message.append(to: &messages, operation: operation, subject: subject)
    }

    func outOfMemory(_ operation: String, _ subject: String) -> KernelRefusal {
        KernelRefusal(operation: operation, subject: subject, errno: ENOMEM)
    }
}

import CLibNL
import Glibc
import IPAddressing

// Each of libnl's objects has one owner that gives its reference back.

/// `struct rtnl_link`.
struct LinkObject: ~Copyable {
    let raw: OpaquePointer

    init?() {
        guard let raw = rtnl_link_alloc() else { return nil }
        self.raw = raw
    }

    deinit { rtnl_link_put(raw) }
}

/// `struct rtnl_link` of type veth, with its peer inside.
struct VethObject: ~Copyable {
    let raw: OpaquePointer
    let peer: OpaquePointer

    init?() {
        guard let raw = rtnl_link_veth_alloc() else { return nil }
        guard let peer = rtnl_link_veth_get_peer(raw) else {
            rtnl_link_veth_release(raw)
            return nil
        }
        self.raw = raw
        self.peer = peer
    }

    deinit {
        // veth_get_peer took a reference of its own.
        rtnl_link_put(peer)
        rtnl_link_put(raw)
    }
}

/// `struct rtnl_addr`.
struct AddressObject: ~Copyable {
    let raw: OpaquePointer

    init?() {
        guard let raw = rtnl_addr_alloc() else { return nil }
        self.raw = raw
    }

    deinit { rtnl_addr_put(raw) }
}

/// `struct rtnl_route`.
struct RouteObject: ~Copyable {
    let raw: OpaquePointer

    init?() {
        guard let raw = rtnl_route_alloc() else { return nil }
        self.raw = raw
    }

    deinit { rtnl_route_put(raw) }
}

/// `struct rtnl_rule`.
struct RuleObject: ~Copyable {
    let raw: OpaquePointer

    init?() {
        guard let raw = rtnl_rule_alloc() else { return nil }
        self.raw = raw
    }

    deinit { rtnl_rule_put(raw) }
}

/// `struct rtnl_neigh`.
struct NeighborObject: ~Copyable {
    let raw: OpaquePointer

    init?() {
        guard let raw = rtnl_neigh_alloc() else { return nil }
        self.raw = raw
    }

    deinit { rtnl_neigh_put(raw) }
}

/// `struct nl_addr`: an address of any family.
struct NetworkAddress: ~Copyable {
    let raw: OpaquePointer

    init?(_ address: IPv4Address, prefixLength: Int = 32) {
        let built = address.bytes.withUnsafeBytes { nl_addr_build(AF_INET, $0.baseAddress, $0.count) }
        guard let built else { return nil }
        raw = built
        nl_addr_set_prefixlen(raw, Int32(prefixLength))
    }

    init?(_ mac: MACAddress) {
        // AF_LLC is libnl's family for Ethernet addresses.
        let built = mac.bytes.withUnsafeBytes { nl_addr_build(AF_LLC, $0.baseAddress, $0.count) }
        guard let built else { return nil }
        raw = built
    }

    deinit { nl_addr_put(raw) }
}

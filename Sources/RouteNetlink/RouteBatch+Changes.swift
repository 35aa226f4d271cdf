import CLibNL
import Glibc
public import KernelObjects
import Netlink

// What changes a namespace that is in use.
extension RouteBatch {
    /// Brings an interface up, with its MTU and address. Equivalent to `ip link set DEV up mtu N address MAC`.
    public mutating func set(_ link: LinkSettings, subject: String) throws {
        let operation = "ip link set \(link.text)"
        guard let old = LinkObject(), let change = LinkObject() else { throw outOfMemory(operation, subject) }
        rtnl_link_set_ifindex(old.raw, link.device.index)
        rtnl_link_set_flags(change.raw, UInt32(IFF_UP))
        if let mtu = link.mtu { rtnl_link_set_mtu(change.raw, UInt32(mtu)) }
        if let mac = link.mac {
            guard let address = NetworkAddress(mac) else { throw outOfMemory(operation, subject) }
            rtnl_link_set_addr(change.raw, address.raw)
        }
        try append(operation, subject) { rtnl_link_build_change_request(old.raw, change.raw, 0, &$0) }
    }

    /// Takes an interface away, and the other end of its wire. Equivalent to `ip link del DEV`.
    public mutating func delete(_ device: Device, subject: String) throws {
        let operation = "ip link del \(device.name)"
        guard let object = LinkObject() else { throw outOfMemory(operation, subject) }
        rtnl_link_set_ifindex(object.raw, device.index)
        try append(operation, subject) { rtnl_link_build_delete_request(object.raw, &$0) }
    }

    /// Puts an object in the place of the one with its key, or where none was: at no moment is there neither.
    ///
    /// Equivalent to `ip … replace …`; rules, which the kernel cannot replace, are added.
    public mutating func put(_ object: KernelObject, subject: String) throws {
        switch object {
        case .link(let link): try set(link, subject: subject)
        case .address(let address): try add(address, replacing: true, subject: subject)
        case .neighbor(let neighbor): try add(neighbor, replacing: true, subject: subject)
        case .route(let route): try add(route, replacing: true)
        case .rule(let rule): try add(rule)
        case .sysctl: break  // a file, not a message
        }
    }

    /// Takes away what the kernel listed, by its own description of it. Equivalent to `ip … del …`.
    public mutating func remove(_ object: LiveObject, subject: String) {
        let type: Int
        switch object.noun {
        case .address: type = RTM_DELADDR
        case .neighbor: type = RTM_DELNEIGH
        case .route: type = RTM_DELROUTE
        case .rule: type = RTM_DELRULE
        case .link, .sysctl: return
        }
        var message = [UInt8](repeating: 0, count: 16) + object.listing
        message.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: UInt32(raw.count), as: UInt32.self)
            raw.storeBytes(of: UInt16(type), toByteOffset: 4, as: UInt16.self)
            raw.storeBytes(of: UInt16(NLM_F_REQUEST), toByteOffset: 6, as: UInt16.self)
        }
        message.withUnsafeBytes {
            append($0, operation: "ip \(object.noun.rawValue) del \(object.words)", subject: subject)
        }
    }
}

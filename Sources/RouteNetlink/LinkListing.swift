import CLibNL
import Glibc
import KernelObjects
import Netlink

/// One interface of a list of links: itself, and the settings the kernel keeps for it.
struct LinkListing {
    let link: LiveLink
    let objects: [LiveObject]

    /// `struct ifinfomsg`, then attributes; `nil` for what is no link.
    init?(_ body: UnsafeRawBufferPointer) {
        let size = MemoryLayout<ifinfomsg>.size
        guard let attributes = body.attributes(after: size) else { return nil }
        let header = body.loadUnaligned(as: ifinfomsg.self)
        let name = attributes[Int(IFLA_IFNAME)]?.text ?? "?"
        let info = attributes[Int(IFLA_LINKINFO)].map(NetlinkAttributes.init)
        link = LiveLink(
            device: Device(name: name, index: header.ifi_index), kind: info?[Int(IFLA_INFO_KIND)]?.text ?? "",
            mtu: Int(attributes[Int(IFLA_MTU)]?.host32 ?? 0), mac: Self.mac(attributes[Int(IFLA_ADDRESS)]),
            isUp: header.ifi_flags & UInt32(IFF_UP) != 0,
            peer: attributes[Int(IFLA_LINK)]?.host32.map { Int32(bitPattern: $0) })
        let settings = attributes[Int(IFLA_AF_SPEC)].map(NetlinkAttributes.init)?[Int(AF_INET)].map(
            NetlinkAttributes.init)
        objects = Self.settings(settings?[Int(IFLA_INET_CONF)], of: name)
    }

    private static func mac(_ bytes: UnsafeRawBufferPointer?) -> String {
        (bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(separator: ":")
    }

    /// The settings of an interface that plans speak of, by their place in the kernel's array (`enum` of
    /// `IPV4_DEVCONF_…` in linux/ip.h, from 1). The others are nobody's business.
    private static let places: [(place: Int, name: String)] = [
        (1, "forwarding"), (3, "proxy_arp"), (6, "send_redirects"), (8, "rp_filter"),
        (18, "arp_announce"), (19, "arp_ignore"),
    ]

    private static func settings(_ array: UnsafeRawBufferPointer?, of device: String) -> [LiveObject] {
        guard let array else { return [] }
        return places.compactMap { place, name in
            guard array.count >= place * 4 else { return nil }
            let value = array.loadUnaligned(fromByteOffset: (place - 1) * 4, as: Int32.self)
            return .setting(Sysctl("conf", device, name, "\(value)"), of: device)
        }
    }
}

extension LiveObject {
    static func setting(_ setting: Sysctl, of device: String) -> LiveObject {
        LiveObject(.sysctl, key: setting.key, words: setting.text, device: device, isKernels: true)
    }
}

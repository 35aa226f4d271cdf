import CLibNL
import Glibc
import IPAddressing
import KernelObjects
import Netlink

/// Addresses, neighbours, routes and rules of the kernel's lists, in the words of plans.
struct ObjectListing {
    /// Of interfaces, by index.
    let names: [Int32: String]

    private func device(_ index: Int32) -> Device { Device(name: names[index] ?? "if\(index)", index: index) }

    // MARK: Addresses

    func address(_ body: UnsafeRawBufferPointer) -> LiveObject? {
        guard let attributes = body.attributes(after: MemoryLayout<ifaddrmsg>.size),
            let local = attributes[Int(IFA_LOCAL)]?.bigEndian32
        else { return nil }
        let header = body.loadUnaligned(as: ifaddrmsg.self)
        guard header.ifa_family == UInt8(AF_INET) else { return nil }
        let entry = InterfaceAddress(
            IPv4Address(number: local), prefixLength: Int(header.ifa_prefixlen),
            device: device(Int32(bitPattern: header.ifa_index)))
        return LiveObject(.address(entry), listing: body)
    }

    // MARK: Neighbours

    /// Only permanent ones: what the kernel finds out by itself comes and goes.
    func neighbor(_ body: UnsafeRawBufferPointer) -> LiveObject? {
        guard let attributes = body.attributes(after: MemoryLayout<ndmsg>.size),
            let address = attributes[Int(NDA_DST)]?.bigEndian32
        else { return nil }
        let header = body.loadUnaligned(as: ndmsg.self)
        guard header.ndm_family == UInt8(AF_INET), Int32(header.ndm_state) & NUD_PERMANENT != 0 else { return nil }
        let device = device(header.ndm_ifindex)
        let mac = (attributes[Int(NDA_LLADDR)].map { Array($0) } ?? []).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let target = IPv4Address(number: address)
        return LiveObject(
            .neighbor, key: "\(target) dev \(device.name)",
            words: "\(target) lladdr \(mac.joined(separator: ":")) dev \(device.name) nud permanent",
            device: device.name, listing: Array(body))
    }

    /// `NDTPA_PROXY_DELAY` of one interface, milliseconds.
    func proxyDelay(_ body: UnsafeRawBufferPointer) -> LiveObject? {
        guard let attributes = body.attributes(after: MemoryLayout<ndtmsg>.size),
            let settings = attributes[Int(NDTA_PARMS)].map(NetlinkAttributes.init),
            let index = settings[Int(NDTPA_IFINDEX)]?.host32,
            let delay = settings[Int(NDTPA_PROXY_DELAY)]?.host64
        else { return nil }
        let name = device(Int32(bitPattern: index)).name
        // The file counts in hundredths of a second (USER_HZ); only whether it is zero matters here.
        let value = delay == 0 ? "0" : "\(max(1, delay / 10))"
        return .setting(Sysctl("neigh", name, "proxy_delay", value), of: name)
    }

    // MARK: Rules

    func rule(_ body: UnsafeRawBufferPointer) -> LiveObject? {
        guard let attributes = body.attributes(after: MemoryLayout<fib_rule_hdr>.size) else { return nil }
        let header = body.loadUnaligned(as: fib_rule_hdr.self)
        guard header.family == UInt8(AF_INET) else { return nil }
        let mask = attributes[Int(FRA_FWMASK)]?.host32 ?? 0
        let mark = attributes[Int(FRA_FWMARK)]?.host32 ?? 0
        let source = attributes[Int(FRA_SRC)]?.bigEndian32.map {
            CIDRBlock(containing: IPv4Address(number: $0), prefixLength: min(32, Int(header.src_len)))
        }
        let rule = KernelRule(
            priority: attributes[Int(FRA_PRIORITY)]?.host32 ?? 0, mark: mark,
            mask: mask == .max && mark != 0 ? nil : mask, source: source,
            table: attributes[Int(FRA_TABLE)]?.host32 ?? UInt32(header.table),
            owner: "")
        var more: [String] = []
        if header.flags & UInt32(FIB_RULE_INVERT) != 0 { more.append("not") }
        if header.action != UInt8(FR_ACT_TO_TBL) { more.append("action \(header.action)") }
        if header.tos != 0 { more.append("tos \(header.tos)") }
        let known = [
            FRA_FWMASK, FRA_PRIORITY, FRA_FWMARK, FRA_TABLE, FRA_SUPPRESS_PREFIXLEN, FRA_PROTOCOL, FRA_SRC,
        ].map(UInt16.init)
        // Whatever else it looks at makes it another rule than any of ours.
        more += attributes.filter { !known.contains($0.type) }.map { "attribute \($0.type)" }
        if let prefix = attributes[Int(FRA_SUPPRESS_PREFIXLEN)]?.host32, prefix != .max { more.append("suppress") }
        let words = ([rule.text] + more).joined(separator: " ")
        return LiveObject(.rule, key: words, words: words, listing: Array(body))
    }
}

extension LiveObject {
    init(_ object: KernelObject, isKernels: Bool = false, listing: UnsafeRawBufferPointer) {
        self.init(
            object.noun, key: object.key, words: object.words, device: object.device, isKernels: isKernels,
            listing: Array(listing))
    }
}

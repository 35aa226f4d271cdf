import IPAddressing
import KernelObjects
import Testing

@testable import Netlink
@testable import RouteNetlink

/// Each message of `RouteBatch`: the equal command, the value and the bytes; `KernelRootTests` prove the same values on
/// the kernel.
@Suite("rtnetlink messages")
struct RouteMessageTests {
    static let app = Device(name: "app", index: 6)
    static let uplink = Device(name: "igw", index: 2)
    static let veth = Veth(
        near: Veth.End(node: "vpc", name: "app", index: 6, mac: MACAddress(realm: 2, host: 0x0a00_010a)),
        far: Veth.End(node: "app", name: "eth0", index: 2, mac: MACAddress(realm: 1, host: 0x0a00_010a)), mtu: 9001)

    /// The equal command, and how the batch comes to say it.
    static let messages: [(command: String, build: @Sendable (inout RouteBatch) throws -> Void)] = [
        (
            "ip link add app index 6 type veth peer name eth0 index 2 netns app",
            { try $0.add(veth, farNamespace: 7, subject: "instance app") }
        ),
        ("ip link set app up", { try $0.raise(app, subject: "instance app") }),
        ("ip link set app down", { try $0.lower(app, subject: "instance app") }),
        (
            "sysctl -w net.ipv4.neigh.app.proxy_delay=0",
            { try $0.answerProxyARPAtOnce(app, subject: "VPC router vpc") }
        ),
        (
            "ip address add 10.0.1.10/24 dev app",
            {
                try $0.add(
                    InterfaceAddress(IPv4Address(10, 0, 1, 10), prefixLength: 24, device: app), subject: "instance app")
            }
        ),
        (
            "ip address add 169.254.169.254/32 dev lo",
            {
                try $0.add(
                    InterfaceAddress(IPv4Address(169, 254, 169, 254), prefixLength: 32, device: .loopback),
                    subject: "VPC router vpc")
            }
        ),
        (
            "ip route add default via 169.254.0.1 dev igw onlink table 102",
            {
                try $0.add(
                    KernelRoute(
                        .everywhere, via: IPv4Address(169, 254, 0, 1), device: uplink, table: 102,
                        owner: "route table rtb-public-a"))
            }
        ),
        (
            "ip route add 10.0.1.10/32 dev app src 10.0.1.1",
            {
                try $0.add(
                    KernelRoute(
                        CIDRBlock(IPv4Address(10, 0, 1, 10)), device: app, source: IPv4Address(10, 0, 1, 1),
                        owner: "local route"))
            }
        ),
        (
            "ip route add throw 10.0.0.0/16 table 103",
            {
                try $0.add(
                    KernelRoute(
                        CIDRBlock(containing: IPv4Address(10, 0, 0, 0), prefixLength: 16), kind: .throw, table: 103,
                        owner: "route table rtb-private-a"))
            }
        ),
        (
            "ip route add default dev lo table 1000",
            { try $0.add(KernelRoute(.everywhere, device: .loopback, table: 1000, owner: "no route")) }
        ),
        (
            "ip route del default dev lo table 100",
            { try $0.delete(KernelRoute(.everywhere, device: .loopback, table: 100, owner: "no route")) }
        ),
        (
            "ip rule add pref 100 fwmark 0x10001 lookup 101",
            { try $0.add(KernelRule(priority: 100, mark: 0x10001, table: 101, owner: "route table rtb-main")) }
        ),
        (
            "ip rule add pref 33000 fwmark 0x10000/0x10000 lookup 1000",
            { try $0.add(KernelRule(priority: 33_000, mark: 0x10000, mask: 0x10000, table: 1000, owner: "no route")) }
        ),
        (
            "ip neighbor add 10.0.1.10 lladdr 0e:01:0a:00:01:0a dev app nud permanent",
            {
                try $0.add(
                    Neighbor(IPv4Address(10, 0, 1, 10), mac: veth.far.mac, device: app), subject: "VPC router vpc")
            }
        ),
    ]

    private func all() throws -> NetlinkBatch {
        var batch = RouteBatch()
        for message in Self.messages { try message.build(&batch) }
        return batch.messages
    }

    @Test("each message says its command, and its bytes are those on file")
    func golden() throws {
        let batch = try all()
        #expect(batch.purposes.map(\.operation) == Self.messages.map(\.command))
        let text = MessageDump(batch: batch, family: .route).text
        #expect(difference(text, try Fixtures.golden("route.txt", for: text)) == nil)
    }

    @Test("a message alone has the bytes that it has among others", arguments: messages.indices)
    func alone(_ index: Int) throws {
        var batch = RouteBatch()
        try Self.messages[index].build(&batch)
        #expect(
            MessageDump(batch: batch.messages, family: .route).text
                == MessageDump(batch: try all(), family: .route).message(index))
    }

    @Test("both ends of a veth read back as they were written")
    func veth() throws {
        let message = try #require(Message(try all(), 0))
        #expect(message.header.type == 16)
        let link = message.attributes(after: 16)
        #expect(message.number(at: 4) == 6, "ifi_index")
        #expect(link[3]?.text == "app")
        #expect(link[4]?.u32 == 9001)
        #expect(link[1].map(Array.init) == Self.veth.near.mac.bytes)
        #expect(link[31]?.u32 == 1, "one queue to send")
        #expect(link[32]?.u32 == 1, "one to receive")
        let info = NetlinkAttributes(try #require(link[18]))
        #expect(info[1]?.text == "veth")
        let data = NetlinkAttributes(try #require(info[2]))
        let body = try #require(data[1])
        #expect(body.loadUnaligned(fromByteOffset: 4, as: UInt32.self) == 2)
        let peer = NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[16...]))
        #expect(peer[3]?.text == "eth0")
        #expect(peer[1].map(Array.init) == Self.veth.far.mac.bytes)
        #expect(peer[28]?.u32 == 7, "the descriptor of the far namespace")
        #expect(body.loadUnaligned(fromByteOffset: 8, as: UInt32.self) & 1 == 0, "the far end is not up")
    }

    @Test("a table beyond 255 goes into an attribute, one below into the header too")
    func tables() throws {
        let batch = try all()
        let large = try #require(Message(batch, 9))
        #expect(large.attributes(after: 12)[15]?.u32 == 1000)
        let small = try #require(Message(batch, 6))
        #expect(small.attributes(after: 12)[15]?.u32 == 102)
        #expect(small.attributes(after: 12)[5].map(Array.init) == [169, 254, 0, 1])
        #expect(small.number(at: 8) & 4 == 4, "RTNH_F_ONLINK")
    }

    @Test("a rule without a mask carries none: the kernel then means all bits")
    func mask() throws {
        let batch = try all()
        #expect(try #require(Message(batch, 11)).attributes(after: 12)[16] == nil)
        let masked = try #require(Message(batch, 12)).attributes(after: 12)
        #expect(masked[10]?.u32 == 0x10000)
        #expect(masked[16]?.u32 == 0x10000)
        #expect(masked[6]?.u32 == 33_000)
    }
}

/// One message of a batch, kept alive to be read.
private final class Message {
    let header: NetlinkHeader
    private let memory: UnsafeMutableRawBufferPointer

    init?(_ batch: NetlinkBatch, _ index: Int) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: batch.bytes.count, alignment: 8)
        memory.copyBytes(from: batch.bytes)
        guard let header = NetlinkHeader(UnsafeRawBufferPointer(memory), at: batch.offsets[index]) else {
            memory.deallocate()
            return nil
        }
        self.header = header
        start = batch.offsets[index] + 16
    }

    deinit { memory.deallocate() }

    private let start: Int
    private var body: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[start..<start + header.length - 16])
    }

    func attributes(after size: Int) -> NetlinkAttributes {
        NetlinkAttributes(UnsafeRawBufferPointer(rebasing: body[size...]))
    }

    func number(at offset: Int) -> UInt32 { body.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
}

extension UnsafeRawBufferPointer {
    fileprivate var u32: UInt32? { count >= 4 ? loadUnaligned(as: UInt32.self) : nil }
}

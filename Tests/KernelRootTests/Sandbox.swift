import Foundation
import IPAddressing
import KernelObjects
import LinuxSystem
import Namespaces
import Netlink
import Nftables
import RouteNetlink
import Synchronization
import Testing

extension Trait where Self == ConditionTrait {
    /// Namespaces need root; `make test-root` counts a skipped test as a failure.
    static var requiresRoot: Self { .enabled("needs root") { geteuid() == 0 } }
}

/// Namespaces for one test, named after a number of its own, gone when the test ends.
final class Sandbox: Sendable {
    let id = String(UInt32.random(in: 0...0xff_ffff), radix: 16)
    private let cleanups = Mutex<[@Sendable () -> Void]>([])

    deinit {
        guard ProcessInfo.processInfo.environment["NETLAB_KEEP"] != "1" else { return }
        for cleanup in cleanups.withLock({ $0.reversed() }) { cleanup() }
    }

    /// To be called before what it cleans up is made.
    func cleanUp(_ cleanup: @escaping @Sendable () -> Void) { cleanups.withLock { $0.append(cleanup) } }

    func name(_ label: String) -> String { "nlt-\(id)-\(label)" }

    /// A fresh namespace, made by `ip netns add`.
    func namespace(_ label: String = "a") throws -> Box {
        let name = name(label)
        cleanUp { _ = try? command("ip", "netns", "delete", name) }
        try command("ip", "netns", "add", name)
        return try Box(NetworkNamespace(name: name, path: NamedNamespace.path(name)), in: self)
    }
}

/// A namespace with its doors: ours, and the foreign programs that judge us.
struct Box: Sendable {
    let namespace: NetworkNamespace
    let route: NetlinkSocket
    let netfilter: NetlinkSocket
    /// Kept, so that the namespaces stay as long as any of them is looked at.
    private let sandbox: Sandbox

    init(_ namespace: NetworkNamespace, in sandbox: Sandbox) throws {
        self.namespace = namespace
        self.sandbox = sandbox
        (route, netfilter) = try namespace.run { (try NetlinkSocket(.route), try NetlinkSocket(.netfilter)) }
    }

    /// Commits rtnetlink messages.
    func route(_ build: (inout RouteBatch) throws -> Void) throws {
        var batch = RouteBatch()
        try build(&batch)
        try route.commit(batch.messages)
    }

    /// Commits a ruleset.
    func load(_ table: NftTable, replacing: Bool = false) throws {
        var batch = NftBatch()
        batch.add(table, replacing: replacing)
        try netfilter.commit(batch.messages, acknowledging: batch.messages.count - 2)
    }

    @discardableResult
    func ip(_ arguments: String) throws -> String {
        try command(["ip", "-n", namespace.name] + arguments.split(separator: " ").map(String.init))
    }

    /// `ip -j` read as JSON.
    func list(_ arguments: String) throws -> [JSON] { try JSON.list(try ip("-j " + arguments)) }

    @discardableResult
    func exec(_ arguments: String...) throws -> String {
        try command(["ip", "netns", "exec", namespace.name] + arguments)
    }

    /// `nft` inside; a script goes to its standard input.
    @discardableResult
    func nft(_ arguments: String..., script: String = "") throws -> String {
        try command(["ip", "netns", "exec", namespace.name, "nft"] + arguments, input: script)
    }

    /// Two namespaces joined by our own veth message: 10.9.0.1 `left` here, 10.9.0.2 `right` there.
    func wire(to other: Box) throws {
        try route {
            try $0.add(.test, farNamespace: other.namespace.descriptor.raw, subject: "test")
            try $0.add(InterfaceAddress(.init(10, 9, 0, 1), prefixLength: 24, device: .left), subject: "test")
        }
        try other.route {
            try $0.raise(.right, subject: "test")
            try $0.add(InterfaceAddress(.init(10, 9, 0, 2), prefixLength: 24, device: .right), subject: "test")
        }
        // A link that was just raised drops what is sent until the kernel's link watch has given it a queue.
        for (box, device) in [(self, "left"), (other, "right")] {
            let isUp = try waitUntil { try box.ip("link show dev \(device)").contains("state UP") }
            #expect(isUp)
        }
    }
}

extension Device {
    static let left = Device(name: "left", index: 12)
    static let right = Device(name: "right", index: 34)
}

extension Veth {
    static let test = Veth(
        near: .init(node: "a", name: "left", index: 12, mac: .init(realm: 2, host: 0x0a09_0001)),
        far: .init(node: "b", name: "right", index: 34, mac: .init(realm: 1, host: 0x0a09_0002)), mtu: 9001)
}

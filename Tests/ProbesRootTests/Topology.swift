import Glibc
import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Synchronization

/// A handful of namespaces and links for one test, named after a number of its own, gone when the test ends.
///
/// Built by `ip` and `nft`, so that what is tested is judged by programs that are not ours.
final class Topology {
    private let id = String(UInt32.random(in: 0...0xffffff), radix: 16)
    private var made: [String: NetworkNamespace] = [:]
    private var cleanups: [() -> Void] = []
    private var links = 0

    deinit {
        for cleanup in cleanups.reversed() { cleanup() }
    }

    /// The namespace of that label, made at the first call.
    func callAsFunction(_ label: String) throws -> NetworkNamespace {
        if let namespace = made[label] { return namespace }
        let name = "nlt-\(id)-\(label)"
        cleanups.append { _ = try? command("ip", "netns", "delete", name) }
        try command("ip", "netns", "add", name)
        let namespace = try NetworkNamespace(name: name, path: "/run/netns/\(name)")
        made[label] = namespace
        try ip(label, "link set lo up")
        return namespace
    }

    /// Joins two namespaces; the interfaces are named after the other end, the addresses are in one /24.
    func link(_ left: String, _ leftAddress: String, _ right: String, _ rightAddress: String) throws {
        let (leftName, rightName) = (try self(left).name, try self(right).name)
        try command(
            "ip", "link", "add", "name", right, "netns", leftName, "type", "veth", "peer", "name", left, "netns",
            rightName)
        try ip(left, "address add \(leftAddress)/24 dev \(right)")
        try ip(right, "address add \(rightAddress)/24 dev \(left)")
        try ip(left, "link set dev \(right) up")
        try ip(right, "link set dev \(left) up")
        // A link that was just raised drops what is sent until the kernel's link watch has given it a queue.
        for (label, interface) in [(left, right), (right, left)] {
            _ = try waitUntil { try ip(label, "link show dev \(interface)").contains("state UP") }
        }
    }

    @discardableResult
    func ip(_ label: String, _ arguments: String) throws -> String {
        try command(["ip", "-n", try self(label).name] + arguments.split(separator: " ").map(String.init))
    }

    /// Loads a table `t` with these chain lines into a namespace.
    func nft(_ label: String, hook: String, _ rules: String) throws {
        let text = "table ip t { chain c_\(hook) { type filter hook \(hook) priority 0; \(rules); }; }"
        try exec(label, "nft", text)
    }

    @discardableResult
    func exec(_ label: String, _ arguments: String...) throws -> String {
        try command(["ip", "netns", "exec", try self(label).name] + arguments)
    }

    func forward(_ label: String) throws {
        try exec(label, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    }

    /// Keeps something alive as long as the topology, and stops it before the namespaces go.
    func keep(_ server: TestServer) -> TestServer {
        cleanups.append { server.stop() }
        return server
    }
}

/// Two namespaces joined by a veth: `a` 10.9.0.1 and `b` 10.9.0.2.
func pair() throws -> Topology {
    let topology = Topology()
    try topology.link("a", "10.9.0.1", "b", "10.9.0.2")
    return topology
}

let bAddress = IPv4Address(10, 9, 0, 2)
func b(_ port: UInt16) -> SocketAddress { SocketAddress(address: bAddress, port: port) }

struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

@discardableResult
func command(_ arguments: String...) throws -> String { try command(arguments) }

/// Runs a foreign program to its end and returns what it printed; throws if it failed.
@discardableResult
func command(_ arguments: [String]) throws -> String {
    let output = OwnedDescriptor(owning: try systemCall("memfd") { memoryFile() })
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.raw, 1)
    posix_spawn_file_actions_adddup2(&actions, output.raw, 2)
    var pid: pid_t = 0
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let code = posix_spawnp(&pid, arguments[0], &actions, nil, &pointers, environ)
    guard code == 0 else { throw SystemError(call: "posix_spawn", errno: code, subject: arguments[0]) }
    var status: Int32 = 0
    try systemCall("waitpid") { waitpid(pid, &status, 0) }
    lseek(output.raw, 0, SEEK_SET)
    let text = String(decoding: try output.readAll(), as: UTF8.self)
    guard status == 0 else { throw CommandFailure(description: "\(arguments.joined(separator: " ")): \(text)") }
    return text
}

/// A file without a name.
private func memoryFile() -> Int32 {
    var template = Array("/tmp/nlt-output-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    unlink(template)
    return descriptor
}

/// Prints a measured time; never asserted, machines differ.
func report(_ what: String, _ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    print("MEASURED \(what): \(microseconds / 1000).\((microseconds % 1000) / 100) ms")
}

/// Runs a body and prints how long it took.
func measure(_ what: String, _ body: () throws -> Void) rethrows {
    let start = ContinuousClock.now
    try body()
    report(what, ContinuousClock.now - start)
}

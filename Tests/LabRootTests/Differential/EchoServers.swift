import Glibc
import KernelObjects
import LabPlan
import LabRunner
import LabServices
import LinuxSystem
import Namespaces
import Synchronization

/// UDP echo on port 7 and TCP on the ports that are asked about, on every instance, container, interface endpoint and Internet host
/// of a lab without services, for as long as others work. Each address has its socket: who is asked at its second
/// address answers from there. The kernel opens TCP connections by itself, nobody takes them.
///
/// A closed port would answer too, by ICMP; but that error comes from the kernel of the far end whatever became of the
/// datagram's own way back, and the way back is what is asked for.
final class EchoServers: Sendable {
    private let sockets: [SharedDescriptor]
    private let listeners: [SharedDescriptor]
    private let working: Atomic<Int>

    /// - Parameters:
    ///   - proxies: nodes of application load balancers, which end connections themselves.
    ///   - workers: how many will say that they are done.
    init(_ nodes: [MadeNode], proxies: Set<String>, workers: Int) throws {
        let servers = nodes.filter {
            $0.plan.role.isGuest || $0.plan.role == .endpoint || proxies.contains($0.plan.name)
        }
        sockets = try servers.flatMap { try Self.open(.udp, [7], of: $0) }
        listeners = try servers.flatMap { try Self.open(.tcp, RandomCloud.ports, of: $0) }
        working = Atomic(workers)
    }

    private static func open(
        _ kind: SocketKind, _ ports: [UInt16], of node: MadeNode
    ) throws -> [SharedDescriptor] {
        let addresses = node.plan.addresses.map(\.address)
        let descriptors = try node.namespace.run {
            try addresses.flatMap { address in
                try ports.map { try ListeningSocket.open(kind, port: $0, address: address).release() }
            }
        }
        return descriptors.map { SharedDescriptor(OwnedDescriptor(owning: $0)) }
    }

    func workerIsDone() { working.wrappingSubtract(1, ordering: .relaxed) }

    /// Answers until all workers are done.
    func serve() {
        var waiting = sockets.map { pollfd(fd: $0.raw, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 2048)
        while working.load(ordering: .relaxed) > 0 {
            guard poll(&waiting, nfds_t(waiting.count), 20) > 0 else { continue }
            for socket in sockets { echo(socket.raw, &buffer) }
        }
    }

    private func echo(_ socket: Int32, _ buffer: inout [UInt8]) {
        while true {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let isDone = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT), address, &length)
                    if count > 0 { sendto(socket, buffer, count, Int32(MSG_DONTWAIT), address, length) }
                    return count <= 0
                }
            }
            if isDone { return }
        }
    }
}

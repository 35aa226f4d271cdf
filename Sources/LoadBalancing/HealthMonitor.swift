import Glibc
public import LabServices
import LinuxSystem
import Namespaces
import Probes
import Synchronization

/// Checks the targets of one node of a load balancer, from its own address, as long as it lives.
///
/// A plain thread: it makes sockets inside the node's namespace, and no thread of Swift Concurrency or of SwiftNIO may.
public final class HealthMonitor: Sendable {
    private let plan: BalancerPlan
    private let namespace: NetworkNamespace
    private let groups: Mutex<[GroupHealth]>
    /// Puts what is usable into effect.
    private let apply: @Sendable ([GroupHealth]) throws -> Void
    /// The write end wakes the thread for the last time.
    private let ending: SharedDescriptor
    private let end: SharedDescriptor
    private let thread = Mutex<pthread_t?>(nil)

    public init(_ plan: BalancerPlan, apply: @escaping @Sendable ([GroupHealth]) throws -> Void) throws {
        self.plan = plan
        self.apply = apply
        namespace = try NetworkNamespace(name: plan.node, path: plan.namespacePath)
        groups = Mutex(plan.groups.map(GroupHealth.init))
        let pipe = try Pipe()
        ending = pipe.output
        end = pipe.input
    }

    /// Checks every target once and puts the outcome into effect; then goes on checking in a thread of its own.
    public func start() throws {
        try check(plan.groups.indices.map { $0 })
        let monitor = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<HealthMonitor>.fromOpaque(context).takeRetainedValue().watch()
                return nil
            }, monitor.toOpaque())
        guard code == 0 else {
            monitor.release()
            throw SystemError(call: "pthread_create", errno: code, subject: plan.node)
        }
        thread.withLock { $0 = handle }
    }

    /// Ends the thread and waits for it.
    public func stop() {
        _ = Glibc.write(end.raw, "x", 1)
        let handle = thread.withLock { handle -> pthread_t? in
            defer { handle = nil }
            return handle
        }
        if let handle { pthread_join(handle, nil) }
    }

    /// What the node believes now.
    public var health: [GroupHealth] { groups.withLock { $0 } }

    private func watch() {
        var due = plan.groups.map { Self.now + $0.check.interval }
        while let next = due.min() {
            if sleeps(until: next) { return }
            let time = Self.now
            let ready = due.indices.filter { due[$0] <= time }
            // A round that fails (no descriptor, no thread) is no verdict on the targets; the next one may do better.
            try? check(ready)
            for index in ready { due[index] = max(due[index], time) + plan.groups[index].check.interval }
        }
    }

    /// Whether it is told to end before that moment.
    private func sleeps(until moment: Double) -> Bool {
        var waiting = pollfd(fd: ending.raw, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: Int(((moment - Self.now) * 1000).rounded(.up)))
        return poll(&waiting, 1, max(0, milliseconds)) > 0
    }

    /// One round over some of the groups.
    private func check(_ indices: [Int]) throws {
        var changed = false
        for index in indices {
            let group = plan.groups[index]
            let passed = inParallel(
                group.targets.map { target in { try self.isWell(target, group.check) } }, threads: 8,
                name: "netlab-health"
            ).map { (try? $0.get()) ?? false }
            let didChange = groups.withLock { $0[index].note(passed) }
            changed = changed || didChange
        }
        if changed { try apply(health) }
    }

    private func isWell(_ target: NginxConfiguration.Backend, _ check: BalancerPlan.Check) throws -> Bool {
        let address = SocketAddress(address: target.address, port: target.port)
        let timeout = Duration.milliseconds(Int(check.timeout * 1000))
        guard let path = check.path else {
            return try TCPConnectProbe(from: namespace, to: address, timeout: timeout).run().succeeded
        }
        let outcome = try HTTPProbe(
            from: namespace, to: address, path: path,
            headers: [.init(name: "User-Agent", value: "ELB-HealthChecker/2.0")],
            bodyLimit: 1 << 20, timeout: timeout
        ).run()
        return outcome.reply?.status == 200
    }

    /// Seconds of the monotonic clock.
    private static var now: Double { Double(KernelClock.monotonic) / 1e9 }
}

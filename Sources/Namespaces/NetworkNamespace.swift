import CNetlabShims
import Glibc
public import LinuxSystem

/// A network namespace held open by a descriptor.
///
/// Equivalent to a file under `/run/netns` as `ip netns` knows them, or to no file at all.
public final class NetworkNamespace: Sendable {
    /// What people call it, e.g. `private-nat.app`; used in errors.
    public let name: String
    /// The open namespace file; goes into `IFLA_NET_NS_FD`.
    public let descriptor: SharedDescriptor

    public init(name: String, descriptor: SharedDescriptor) {
        self.name = name
        self.descriptor = descriptor
    }

    public convenience init(name: String, descriptor: consuming OwnedDescriptor) {
        self.init(name: name, descriptor: SharedDescriptor(descriptor))
    }

    /// Opens a namespace by its file, such as `/run/netns/private-nat.app` or `/proc/1/ns/net`.
    public convenience init(name: String, path: String) throws(SystemError) {
        self.init(name: name, descriptor: try OwnedDescriptor(opening: path, O_RDONLY))
    }

    /// Runs `body` on a thread of its own inside this namespace and waits for it.
    ///
    /// Sockets opened inside stay in the namespace and may be used from any thread afterwards. The body must be
    /// synchronous: system calls only, no Swift Concurrency, no GCD.
    /// Equivalent to `ip netns exec NAME …`, without the process.
    public func run<Value>(_ body: () throws -> Value) throws -> Value {
        try onThrowawayThread(name) {
            try enter()
            return try body()
        }
    }

    /// Moves the calling thread here for good. Only for throwaway threads and for processes about to exec.
    public func enter() throws(SystemError) {
        try systemCall("setns", name) { cnl_setns(descriptor.raw, cnl_clone_newnet) }
    }

    /// Device and inode of the namespace file: equal numbers mean the same namespace.
    public var identity: NamespaceIdentity {
        get throws(SystemError) {
            var status = stat()
            try systemCall("fstat", name) { fstat(descriptor.raw, &status) }
            return NamespaceIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        }
    }
}

/// Tells two namespaces apart, as `ls -i /proc/*/ns/net` does.
public struct NamespaceIdentity: Hashable, Sendable {
    public let device: UInt64
    public let inode: UInt64
}

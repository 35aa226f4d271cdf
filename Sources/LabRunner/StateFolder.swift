import Glibc
import LinuxSystem

/// Where a running lab is written down: `/run/netlab/<lab>/`, gone after a reboot like the namespaces themselves.
public struct StateFolder: Hashable, Sendable {
    public static let root = "/run/netlab"

    public let name: String
    public var path: String { "\(Self.root)/\(name)" }

    public init(_ name: String) { self.name = name }

    /// The form of everything here; the first file that is written.
    var version: String { "\(path)/version" }
    /// The text of the lab file as it was when the lab came up.
    public var labFile: String { "\(path)/lab.yaml" }
    /// Where that text came from.
    public var labFileOrigin: String { "\(path)/lab.path" }
    /// Every object that lives outside this folder, written before it is made.
    public var journal: String { "\(path)/journal" }
    /// The background process: pid and start time.
    public var server: String { "\(path)/server" }
    public var serverLog: String { "\(path)/server.log" }
    /// One JSON line per request that a service of the lab answered.
    public var accessLog: String { "\(path)/access.jsonl" }
    /// What names mean inside each node.
    public var names: String { "\(path)/names" }
    /// Written last: the lab is complete.
    public var complete: String { "\(path)/complete" }

    public var exists: Bool { Files.exists(path) }
    public var isComplete: Bool { Files.exists(complete) }

    /// The machine's certificate authorities and the lab's own, as programs inside see them; absent in a lab without
    /// TLS.
    public var trustedCertificates: String { "\(path)/ca-certificates.crt" }

    public func resolverFile(of node: String) -> String { "\(path)/\(node).resolv.conf" }
    public func hostsFile(of node: String) -> String { "\(path)/\(node).hosts" }

    /// What a program that the background process runs has written, e.g. `sshd-bastion`.
    public func log(ofProgram name: String) -> String { "\(path)/\(name).out" }

    /// Every lab with a folder, complete or not.
    public static var all: [StateFolder] {
        get throws { try Files.list(root).filter { !$0.hasPrefix(".") }.map { StateFolder($0) } }
    }

    /// Makes the folder, readable by root alone; refuses to go through a symlink.
    func make() throws {
        try Files.makeFolder(Self.root, mode: 0o700)
        try Files.makeFolder(path, mode: 0o700)
        try verify()
        try StateVersion.write(self)
    }

    /// Removes the folder, and the root too once it is empty.
    func remove() throws {
        try Files.removeTree(path)
        _ = rmdir(Self.root)
    }
}

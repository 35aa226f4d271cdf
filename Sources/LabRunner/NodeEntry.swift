import CNetlabShims
import CloudModel
import Glibc
import LabPlan
import LinuxSystem
import Namespaces
import Rootless

/// Turns this process into a program inside a node of a running lab.
///
/// For `exec` and `shell`: no other thread may exist, and nothing returns. The program keeps our terminal, folder and
/// environment; it gets the node's network, and a mount namespace in which `/etc/resolv.conf` and `/etc/hosts` are the
/// lab's and `/sys` shows the node's interfaces.
public enum NodeEntry {
    /// A container in network mode `host` is entered by its host. Equivalent to `ip netns exec LAB.NODE COMMAND…`.
    public static func execute(_ command: [String], lab name: String, node: String) throws -> Never {
        let state = StateFolder(name)
        guard state.exists else { throw RunningLab.notUp(name) }
        try state.verify()
        try StateVersion.check(state)
        let path = NamedNamespace.path(LabPlan.namespaceName(lab: name, node: node))
        guard Files.exists(path) else {
            if let host = try state.keptLab()?.namespaceNode(of: node), host != node {
                try execute(command, lab: name, node: host)
            }
            let prefix = "\(name)."
            let nodes = try Files.list(NamedNamespace.folder).filter { $0.hasPrefix(prefix) }.map {
                String($0.dropFirst(prefix.count))
            }
            throw LabRunnerError(
                .input, "lab \(name) has no node \(node)", hint: "its nodes are: \(nodes.joined(separator: ", "))")
        }
        let namespace = try NetworkNamespace(name: "\(name).\(node)", path: path)
        try enter(namespace, node: node, state: state)
        Interruption.release()
        do {
            try LinuxSystem.execute(command)
        } catch {
            guard error.errno == ENOENT else { throw error }
            throw LabRunnerError(.input, "\(command[0]): command not found", hint: "give a program after --")
        }
    }

    /// Moves the calling thread into the node, with the lab's names and certificate authority. For threads and
    /// processes that do nothing else afterwards.
    static func enter(_ namespace: NetworkNamespace, node: String, state: StateFolder) throws {
        try NodeNames.makeFiles(of: node, in: state)
        try namespace.enter()
        try isolateMounts()
        mountOver("/etc/resolv.conf", with: state.resolverFile(of: node))
        mountOver("/etc/hosts", with: state.hostsFile(of: node))
        if Files.exists(state.trustedCertificates) {
            mountOver("/etc/ssl/certs/ca-certificates.crt", with: state.trustedCertificates)
        }
    }

    /// Our own view of mounts from here on; nothing we do is seen outside.
    private static func isolateMounts() throws {
        try systemCall("unshare CLONE_NEWNS") { cnl_unshare(cnl_clone_newns) }
        try systemCall("mount", "/") { mount("", "/", "none", UInt(MS_SLAVE) | UInt(MS_REC), nil) }
        // /sys belongs to the network namespace it was mounted in. Without this only /sys/class/net would mislead.
        // In a user's own namespaces the machine's mounts cannot be taken away, only covered.
        if umount2("/sys", Int32(MNT_DETACH)) == 0 || Keeper.line != nil {
            _ = mount("netlab", "/sys", "sysfs", 0, nil)
        }
    }

    /// A system without the file keeps its own way of finding names.
    private static func mountOver(_ path: String, with file: String) {
        guard let target = realpath(path, nil) else { return }
        defer { free(target) }
        _ = mount(file, target, "none", UInt(MS_BIND), nil)
    }
}

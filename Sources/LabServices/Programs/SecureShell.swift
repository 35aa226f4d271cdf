import Glibc
public import IPAddressing
import LinuxSystem

extension Program {
    /// A real sshd that takes password attempts and lets nobody in.
    ///
    /// It runs as an ordinary user of a user namespace of its own (`unshare --user`): it needs no privilege
    /// separation folder, cannot become anybody, and `PermitRootLogin no` with no other user refuses every password.
    /// Its node's `net.ipv4.ip_unprivileged_port_start` must be 0 for it to take port 22.
    public static func sshd(
        name: String, node: String, namespacePath: String?, port: UInt16, listening address: IPv4Address,
        hostKey: String, stateFolder: String
    ) -> Program {
        let configuration = "\(stateFolder)/\(name).conf"
        return Program(
            name: name, node: node, namespacePath: namespacePath,
            arguments: ordinaryUser + [sshdPath, "-D", "-e", "-f", configuration],
            files: [
                configuration: """
                Port \(port)
                HostKey \(hostKey)
                PidFile none
                UsePAM no
                PermitRootLogin no
                AllowUsers nobody-at-all
                PubkeyAuthentication no
                PasswordAuthentication yes
                KbdInteractiveAuthentication no
                MaxAuthTries 6
                MaxStartups 200:30:400
                LoginGraceTime 20
                LogLevel VERBOSE

                """
            ],
            readyWhen: .tcp([address], port))
    }

    /// Puts the program that follows into a user namespace in which it is an ordinary user, while its files stay those
    /// of whoever runs the lab. What believes to be root would change its groups, and an ordinary user's lab cannot.
    static let ordinaryUser = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]

    /// sshd starts itself anew for each connection and wants its full path for that.
    static let sshdPath = "/usr/sbin/sshd"

    /// Makes sshd's host key; equivalent to `ssh-keygen -t ed25519 -N '' -f FILE`.
    public static func makeHostKey(_ file: String) throws {
        let null = try OwnedDescriptor(opening: "/dev/null", O_RDWR)
        let keygen = try locate("ssh-keygen")
        let status = try ChildProcess.spawn(
            [keygen, "-q", "-t", "ed25519", "-N", "", "-C", "netlab", "-f", file],
            standard: (null.raw, null.raw, null.raw)
        ).wait()
        guard status == 0 else { throw SystemError(call: "ssh-keygen", errno: EIO, subject: file) }
    }
}

import Glibc
public import IPAddressing
import LinuxSystem

/// A program of the distribution that runs inside a lab, such as dnsmasq.
public struct Program: Codable, Equatable, Sendable {
    /// Unique in the lab; its output goes to `<stateFolder>/<name>.out`.
    public var name: String
    public var node: String
    /// The network namespace it starts in, e.g. `/run/netns/private-nat.vpc`; `nil` for our own.
    public var namespacePath: String?
    /// The first is a path, or a name that is looked for in `PATH` and the `sbin` folders.
    public var arguments: [String]
    /// Files to write before it starts: path to content.
    public var files: [String: String]
    public var readyWhen: Readiness

    /// When a program counts as started.
    public enum Readiness: Codable, Equatable, Sendable {
        /// As soon as it runs.
        case running
        /// A UDP socket of its namespace is bound to each of these.
        case udp([IPv4Address], UInt16)
        /// A TCP socket of its namespace listens on each of these.
        case tcp([IPv4Address], UInt16)
    }

    public init(
        name: String, node: String, namespacePath: String?, arguments: [String], files: [String: String] = [:],
        readyWhen: Readiness = .running
    ) {
        self.name = name
        self.node = node
        self.namespacePath = namespacePath
        self.arguments = arguments
        self.files = files
        self.readyWhen = readyWhen
    }

    /// dnsmasq serving a zone; its configuration and query log lie in the state folder beside the others.
    public static func dnsmasq(
        name: String, node: String, namespacePath: String?, zone: DNSZone, listening addresses: [IPv4Address],
        port: UInt16 = 53, hosts: BalancerNames? = nil, stateFolder: String
    ) -> Program {
        let configuration = "\(stateFolder)/\(name).conf"
        var files = [
            configuration: zone.dnsmasqConfiguration(
                listening: addresses, port: port, logFile: "\(stateFolder)/\(name).log", hostsFile: hosts?.file)
        ]
        if let hosts { files[hosts.file] = hosts.text() }
        return Program(
            name: name, node: node, namespacePath: namespacePath,
            arguments: ["dnsmasq", "--conf-file=\(configuration)"],
            files: files,
            // dnsmasq takes UDP before TCP, and dies if the second fails; questions asked in between would be lost.
            readyWhen: .tcp(addresses, port))
    }

    /// The path of an installed program. The error names the Debian package to install.
    public static func locate(_ program: String) throws(LabServicesError) -> String {
        if program.contains("/") {
            if access(program, X_OK) == 0 { return program }
        } else {
            if let path = Files.program(program) { return path }
        }
        let name = String(program.split(separator: "/").last ?? "")
        throw .missingProgram(program, debianPackage: packages[name] ?? name)
    }

    /// The Debian package of a program.
    public static func package(of program: String) -> String { packages[program] ?? program }

    /// What the web application firewall consists of.
    public static var firewallFiles: [String] { [NginxFirewall.module, NginxFirewall.coreRules] }

    private static let packages = [
        "dnsmasq": "dnsmasq-base", "nginx": "nginx-light", "sshd": "openssh-server", "ssh-keygen": "openssh-client",
        "ssh": "openssh-client", "unshare": "util-linux", "dig": "dnsutils", "apt-get": "apt",
    ]
}

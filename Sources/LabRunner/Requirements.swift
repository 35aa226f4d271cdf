public import CloudModel
import Glibc
import LabPlan
import LabServices
import LinuxSystem
import Namespaces
import Netlink

/// One thing a machine must have for labs, and whether it has it.
public struct Requirement: Hashable, Sendable {
    public let name: String
    /// `nil` when all is well.
    public let problem: String?
    /// The exact remedy.
    public let remedy: String
    /// Labs can live without it.
    public let isOptional: Bool

    public var isMet: Bool { problem == nil }

    /// The same as something that some labs can live without.
    var optional: Requirement { Requirement(name, problem: problem, remedy: remedy, isOptional: true) }

    init(_ name: String, problem: String?, remedy: String = "", isOptional: Bool = false) {
        self.name = name
        self.problem = problem
        self.remedy = remedy
        self.isOptional = isOptional
    }
}

/// What this machine lacks, with remedies.
public enum Requirements {
    /// Everything `netlab doctor` looks at.
    public static func all(_ settings: RunnerSettings) -> [Requirement] {
        machine(settings) + [program("dnsmasq"), mirror(settings)]
            + [program("nginx"), firewall, program("openssl"), program("sshd"), registry(settings)].map(\.optional)
            + [program("skopeo"), program("iperf3")].map(\.optional)
            + ["apt-get", "curl", "dig", "nmap", "ssh", "sshpass", "traceroute"].map(client)
    }

    /// An ordinary user has to know one thing only: whether labs come up without root.
    private static func machine(_ settings: RunnerSettings) -> [Requirement] {
        guard geteuid() == 0 else { return [.rootless(settings)] }
        let rest = Requirement.isInsideUserNamespace ? [] : [Requirement.rootless(settings)]
        return [capabilities, namespaces, nftables, stateRoot] + rest
    }

    /// What one lab needs; the first thing missing is thrown before anything is made.
    static func check(_ plan: LabPlan, _ settings: RunnerSettings) throws {
        var needed = [capabilities, namespaces, nftables]
        let kinds = Set(plan.nodes.flatMap(\.sockets).map(\.kind))
        if kinds.contains(.dns) { needed.append(program("dnsmasq")) }
        if kinds.contains(.apt) { needed.append(mirror(settings)) }
        let balancers = plan.lab.vpcs.flatMap(\.loadBalancers).filter { $0.kind == .application }
        let endsTLS = !plan.lab.tlsSubjects(plan).isEmpty
        if endsTLS || !balancers.isEmpty { needed.append(program("nginx")) }
        if endsTLS { needed.append(program("openssl")) }
        if balancers.contains(where: \.hasWAF) { needed.append(firewall) }
        if kinds.contains(.ssh) { needed += [program("sshd"), program("ssh-keygen"), program("unshare")] }
        if kinds.contains(.registry) { needed.append(registry(settings)) }
        if kinds.contains(.iperf3) { needed.append(program("iperf3")) }
        needed += programs(of: plan.lab).map(program)
        try demand(needed)
    }

    /// What a measurement towards a host needs besides the lab.
    public static func check(_ lab: Lab, measuringAt host: String) throws {
        try demand([program("iperf3")])
        let listeners =
            lab.internet.host(host)?.listeners
            ?? lab.vpcs.flatMap(\.instances).first { $0.name == host }?.listeners
        // Of a DNS name or an address nothing is known here.
        guard let listeners, !listeners.contains(where: { $0.kind == .iperf3 }) else { return }
        throw LabRunnerError(
            .input, "\(host) serves no iperf3",
            hint: "add `serves: [iperf3]` to it (an instance: `listens: { iperf3: 5201 }`)")
    }

    /// What one probe needs.
    public static func check(_ probe: Probe) throws { try demand(probe.program.map { [program($0)] } ?? []) }

    private static func demand(_ needed: [Requirement]) throws {
        for requirement in needed {
            if let problem = requirement.problem {
                throw LabRunnerError(.system, problem, hint: requirement.remedy)
            }
        }
    }

    /// CAP_NET_ADMIN 12, CAP_NET_RAW 13, CAP_SYS_ADMIN 21.
    private static var capabilities: Requirement {
        let needed: [(bit: UInt64, name: String)] = [
            (12, "CAP_NET_ADMIN"), (13, "CAP_NET_RAW"), (21, "CAP_SYS_ADMIN"),
        ]
        let status = (try? Files.read("/proc/self/status", limit: 65_536)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let effective = line.flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) } ?? 0
        let missing = needed.filter { effective >> $0.bit & 1 == 0 }.map(\.name)
        return Requirement(
            "root",
            problem: missing.isEmpty ? nil : "netlab needs root: this process lacks \(missing.joined(separator: ", "))",
            remedy: "run it with sudo")
    }

    private static var namespaces: Requirement {
        let limit = (try? Files.read("/proc/sys/user/max_net_namespaces", limit: 64)) ?? ""
        let count = Int(limit.split(whereSeparator: \.isWhitespace).first ?? "") ?? 0
        let isMissing = !Files.exists("/proc/self/ns/net")
        let problem =
            isMissing
            ? "this kernel has no network namespaces" : count == 0 ? "user.max_net_namespaces is 0" : nil
        return Requirement(
            "network namespaces", problem: problem, remedy: "sudo sysctl -w user.max_net_namespaces=10000")
    }

    private static var nftables: Requirement {
        do {
            _ = try NetlinkSocket(.netfilter)
            return Requirement("nftables", problem: nil)
        } catch {
            return Requirement(
                "nftables", problem: "this kernel has no nftables (\(error))",
                remedy: "boot a kernel with CONFIG_NF_TABLES, or: sudo modprobe nf_tables")
        }
    }

    private static var stateRoot: Requirement {
        let isWritable = access("/run", W_OK) == 0
        return Requirement(
            "state folder", problem: isWritable ? nil : "\(StateFolder.root) cannot be made: /run is not writable",
            remedy: "mount a tmpfs on /run, or run with sudo")
    }

    private static func program(_ name: String) -> Requirement {
        do {
            _ = try Program.locate(name)
            return Requirement(name, problem: nil)
        } catch {
            return Requirement(name, problem: "\(error)", remedy: "sudo apt-get install \(Program.package(of: name))")
        }
    }

    /// ModSecurity for nginx, and the OWASP core rules.
    private static var firewall: Requirement {
        let problem = Program.firewallFiles.first { !Files.exists($0) }.map {
            "the web application firewall lacks \($0)"
        }
        return Requirement(
            "web application firewall", problem: problem,
            remedy: "sudo apt-get install libnginx-mod-http-modsecurity modsecurity-crs")
    }

    private static func registry(_ settings: RunnerSettings) -> Requirement {
        let isThere = settings.registryRoot.map { Files.exists("\($0)/v2") } ?? false
        return Requirement(
            "image registry", problem: isThere ? nil : "the lab's image registry has not been made",
            remedy: "run: make share (or scripts/make-registry.sh FOLDER and set NETLAB_SHARE)")
    }

    private static func mirror(_ settings: RunnerSettings) -> Requirement {
        let isThere = settings.aptRoot.map { Files.exists("\($0)/dists") } ?? false
        return Requirement(
            "apt mirror", problem: isThere ? nil : "the lab's package repository has not been made",
            remedy: "run: make share (or scripts/make-apt-mirror.sh FOLDER and set NETLAB_SHARE)")
    }

    /// What the lab's checks run on its nodes.
    private static func programs(of lab: Lab) -> [String] {
        let probes = lab.checks.flatMap { [$0.probe] + ($0.control.map { [$0.probe] } ?? []) }
        return Set(lab.programs + probes.compactMap(\.program)).sorted()
    }

    private static func client(_ name: String) -> Requirement {
        Requirement(
            name,
            problem: Files.program(name) == nil ? "\(name) is not installed; only exercises and tests use it" : nil,
            remedy: "sudo apt-get install \(Program.package(of: name))", isOptional: true)
    }
}

/// Where the runner finds what is not in the lab file.
public struct RunnerSettings: Hashable, Sendable {
    /// The `netlab` program, which is also the background process.
    public var program: String
    /// The package repository; `nil` if none was found.
    public var aptRoot: String?
    /// The images; `nil` if none were found.
    public var registryRoot: String?

    public init(program: String, aptRoot: String?, registryRoot: String? = nil) {
        self.program = program
        self.aptRoot = aptRoot
        self.registryRoot = registryRoot
    }
}

extension Probe {
    /// The program of the distribution that does it; `nil` where netlab itself does.
    var program: String? {
        switch self {
        case .tls, .logPush: "openssl"
        case .imagePull: "skopeo"
        case .bandwidth: "iperf3"
        case .run(let command, _): command.first
        default: nil
        }
    }
}

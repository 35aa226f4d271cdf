import CNetlabShims
import Glibc
import LabFile
import LabPlan
import LinuxSystem
import Namespaces
public import Rootless

/// Finds out whether labs come up without root here, by bringing the network of a small one up.
public enum RootlessTrial {
    /// What every lab asks of the kernel: wires, settings, routes, rules, address translation.
    static let lab = """
        lab: trial
        vpc: { cidr: 10.0.0.0/16, zones: [a] }
        internet-gateway: igw
        subnets:
          public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
          private-a: { cidr: 10.0.1.0/24, zone: a, routes: { 0.0.0.0/0: nat-a } }
        nat-gateways:
          nat-a: { subnet: public-a, elastic-ip: 203.0.113.11 }
        security-groups:
          app: { ingress: [{ tcp: 80, from: 10.0.0.0/16 }] }
        instances:
          app: { subnet: private-a, security-groups: [app] }
        internet:
          user: { address: 198.51.100.70 }
        """

    /// Tries, in a process of its own: all that is made ends with it. Root tries as `nobody`.
    ///
    /// - Returns: What was refused, if anything.
    public static func run() -> RootlessRefusal? {
        do {
            if geteuid() == 0 { try becomeNobody() }
            try UserNamespace.make()
            _ = try PrivateRun()
        } catch {
            return RootlessRefusal(error)
        }
        do {
            try Files.makeFolder(NamedNamespace.folder)
            guard let lab = LabFile.read(lab, file: "trial").lab else { return nil }
            let builder = NetworkBuilder(LabPlan(lab), name: "trial")
            try builder.configure(try builder.makeNamespaces(listening: false))
            return nil
        } catch {
            return RootlessRefusal(step: "lab", text: "\(error)")
        }
    }

    private static func becomeNobody() throws(SystemError) {
        try systemCall("setgroups") { cnl_drop_groups() }
        try systemCall("setgid") { setgid(65534) }
        try systemCall("setuid") { setuid(65534) }
        // Or `/proc/self/uid_map` would stay root's.
        try systemCall("prctl") { cnl_set_dumpable(1) }
    }
}

extension Requirement {
    /// Root of a user's own namespaces is at the end of the road already: there is nothing to try.
    static var isInsideUserNamespace: Bool {
        let map = (try? Files.read("/proc/self/uid_map", limit: 4096)) ?? ""
        return map.split(whereSeparator: \.isWhitespace) != ["0", "0", "4294967295"]
    }

    /// Whether labs come up without root; tried by a child of ours, so that nothing of it stays.
    static func rootless(_ settings: RunnerSettings) -> Requirement {
        let isRoot = geteuid() == 0
        do {
            guard let refusal = try attempt(settings.program) else {
                return Requirement("without root", problem: nil, isOptional: isRoot)
            }
            let diagnosis = RootlessDiagnosis(refusal, knobs: .here, program: settings.program)
            return Requirement(
                "without root", problem: diagnosis.problem, remedy: diagnosis.remedy, isOptional: isRoot)
        } catch {
            return Requirement(
                "without root", problem: "it could not be tried: \(error)",
                remedy: "see whether netlab itself is whole",
                isOptional: isRoot)
        }
    }

    private static func attempt(_ program: String) throws -> RootlessRefusal? {
        let path = "/tmp/netlab-trial-\(UInt64.random(in: 0...UInt64.max))"
        let nothing = try OwnedDescriptor(opening: "/dev/null", O_RDWR)
        let answer = try OwnedDescriptor(opening: path, O_RDWR | O_CREAT | O_EXCL)
        unlink(path)
        let child = try ChildProcess.spawn(
            [program, "__try-rootless"], standard: (nothing.raw, answer.raw, nothing.raw))
        let status = try child.wait()
        lseek(answer.raw, 0, SEEK_SET)
        let text = String(decoding: try answer.readAll(limit: 65_536), as: UTF8.self)
        if let line = text.split(separator: "\n").first, let refusal = RootlessRefusal(line: line) { return refusal }
        return status == 0 ? nil : RootlessRefusal(step: "trial", text: "the trial ended with status \(status)")
    }
}

extension LabRunnerError {
    /// A refusal, with the knob that caused it.
    public init(_ refusal: RootlessRefusal, program: String) {
        let diagnosis = RootlessDiagnosis(refusal, knobs: .here, program: program)
        self.init(.system, diagnosis.problem, hint: diagnosis.remedy)
    }
}

import Glibc

/// Which knob forbids labs without root, and how to turn it.
public struct RootlessDiagnosis: Hashable, Sendable {
    public let problem: String
    public let remedy: String

    /// - Parameter program: The path of `netlab`, for a profile that names it.
    public init(_ refusal: RootlessRefusal, knobs: RootlessKnobs, program: String) {
        let cause = Self.cause(refusal, knobs, program)
        problem = "labs without root do not work here: \(cause.problem) (\(refusal.text))"
        remedy = "\(cause.remedy); or run netlab with sudo"
    }

    private typealias Cause = (problem: String, remedy: String)

    private static func cause(_ refusal: RootlessRefusal, _ knobs: RootlessKnobs, _ program: String) -> Cause {
        switch refusal.step {
        case "folder": ("another user's folder is in the way", "look at it, then remove it, or set XDG_RUNTIME_DIR")
        case "connect": ("the background process is in trouble", "end the process named \"netlab __keep\"")
        case "lab": lab
        case let step where namespaceSteps.contains { step.hasPrefix($0) }:
            setting(refusal, knobs) ?? security(refusal, knobs, program) ?? unknown
        default: ("the background process could not be started", "see the reason in parentheses")
        }
    }

    /// Calls that only a forbidden namespace lets fail; the maps are written to `/proc/self`.
    private static let namespaceSteps = ["unshare ", "setns ", "mount ", "open /proc/self/", "write"]

    /// The namespaces came into being, but a network did not.
    private static let lab: Cause = (
        "the kernel refuses what a lab is made of, most likely because it loads no modules for ordinary users",
        "sudo modprobe -a nf_tables nft_chain_nat nft_ct nf_conntrack veth, then netlab doctor again"
    )

    private static let unknown: Cause = ("the kernel refused", "see whether `unshare -Urnm true` works")

    private static func setting(_ refusal: RootlessRefusal, _ knobs: RootlessKnobs) -> Cause? {
        guard knobs.hasUserNamespaces, refusal.errno != ENOSYS else {
            return ("this kernel has no user namespaces", "boot a kernel with CONFIG_USER_NS")
        }
        if knobs.unprivilegedClone == 0 { return turn("kernel.unprivileged_userns_clone", from: 0, to: 1) }
        let limits = [
            ("NEWUSER", "user.max_user_namespaces", knobs.maxUser),
            ("NEWNS", "user.max_mnt_namespaces", knobs.maxMount),
            ("NEWNET", "user.max_net_namespaces", knobs.maxNetwork),
        ]
        for (kind, key, limit) in limits {
            guard let limit else { continue }
            // ENOSPC: as many as that are in use (user_namespaces(7)).
            let isUsedUp = refusal.errno == ENOSPC && refusal.step.hasSuffix("CLONE_\(kind)")
            if limit == 0 || isUsedUp { return turn(key, from: limit, to: max(10_000, 2 * limit)) }
        }
        return nil
    }

    private static func security(_ refusal: RootlessRefusal, _ knobs: RootlessKnobs, _ program: String) -> Cause? {
        guard [EPERM, EACCES].contains(refusal.errno) else { return nil }
        if knobs.appArmor == 1 {
            let profile = "'abi <abi/4.0>,' 'profile netlab \(program) flags=(unconfined) {' '  userns,' '}'"
            return (
                "AppArmor forbids it: kernel.apparmor_restrict_unprivileged_userns is 1",
                "printf '%s\\n' \(profile) | sudo tee /etc/apparmor.d/netlab"
                    + " && sudo apparmor_parser -r /etc/apparmor.d/netlab"
                    + " (or: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)"
            )
        }
        if knobs.isFiltered {
            return (
                "every setting allows it, so the seccomp filter of a container forbids it",
                "start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
                    + " --security-opt systempaths=unconfined"
            )
        }
        return (
            "every setting allows it, so a security module or a chroot forbids it",
            "see the kernel's log (sudo dmesg), and run netlab outside a chroot"
        )
    }

    private static func turn(_ key: String, from: Int, to: Int) -> Cause {
        ("\(key) is \(from)", "sudo sysctl -w \(key)=\(to) (to stay so: in a file of /etc/sysctl.d)")
    }
}
